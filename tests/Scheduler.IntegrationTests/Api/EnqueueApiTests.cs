using System.Net.Http.Headers;
using System.Text;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class EnqueueApiTests(ServerFixture server)
{
    private const string Jobs = "/api/v1/jobs";

    [Fact]
    public async Task Accepted_job_has_every_field_of_the_contract()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, """
            {"type":"test.needs","args":{ "url" : "x", "n": 1.50 },"delay":"PT10M","runAt":null,"tags":["invoice","a:b"],"maxAttempts":5,"timeout":"PT5M"}
            """);
        Assert.Equal(202, answer.Status);
        Assert.Equal("/api/v1/jobs/" + answer.Text("id"), answer.Header("Location"));
        Assert.Equal(("test.needs", "special", "scheduled"), (answer.Text("type"), answer.Text("queue"), answer.Text("state")));
        Assert.Equal("""{"url":"x","n":1.50}""", answer.Json.GetProperty("args").GetRawText());
        Assert.Equal(5, answer.Json.GetProperty("maxAttempts").GetInt32());
        Assert.Equal("""["invoice","a:b"]""", answer.Json.GetProperty("tags").GetRawText());
        Assert.Equal(TimeSpan.FromMinutes(10), answer.Json.GetProperty("runAt").GetDateTimeOffset() - answer.Json.GetProperty("createdAt").GetDateTimeOffset());
        var again = await client.GetAsync(answer.Header("Location")!);
        Assert.Equal((200, answer.Body), (again.Status, again.Body));
    }

    [Fact]
    public async Task Only_the_type_is_required()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, """{"type":"test.echo"}""");
        Assert.Equal((202, "enqueued", "default", 10), (answer.Status, answer.Text("state"), answer.Text("queue"), answer.Json.GetProperty("maxAttempts").GetInt32()));
        Assert.Equal("{}", answer.Json.GetProperty("args").GetRawText());
    }

    [Theory]
    [InlineData("\"delay\":\"PT0S\"")]
    [InlineData("\"runAt\":\"2001-01-01T00:00:00Z\"")]
    [InlineData("\"runAt\":\"0001-01-01T00:00:00+00:00\"")]
    public async Task Zero_delay_and_past_instants_run_now(string member)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, "{\"type\":\"test.echo\"," + member + "}");
        Assert.Equal((202, "enqueued"), (answer.Status, answer.Text("state")));
    }

    [Theory]
    [InlineData("{", 400, ProblemCodes.MalformedJson, null)]
    [InlineData("", 400, ProblemCodes.MalformedJson, null)]
    [InlineData("""{"type":"test.echo","type":"test.echo"}""", 400, ProblemCodes.MalformedJson, null)]
    [InlineData("""{"type":"test.echo","args":{"a":1,"a":2}}""", 400, ProblemCodes.MalformedJson, null)]
    [InlineData("[]", 422, ProblemCodes.InvalidRequest, "")]
    [InlineData("\"x\"", 422, ProblemCodes.InvalidRequest, "")]
    [InlineData("{}", 422, ProblemCodes.InvalidRequest, "/type")]
    [InlineData("""{"type":null}""", 422, ProblemCodes.InvalidRequest, "/type")]
    [InlineData("""{"type":1}""", 422, ProblemCodes.InvalidRequest, "/type")]
    [InlineData("""{"Type":"test.echo"}""", 422, ProblemCodes.InvalidRequest, "/type")]
    [InlineData("""{"type":"nope"}""", 422, ProblemCodes.UnknownJobType, "/type")]
    [InlineData("""{"type":"nope","delay":"PT1S"}""", 422, ProblemCodes.UnknownJobType, "/type")]
    [InlineData("""{"type":"test.needs"}""", 422, ProblemCodes.InvalidArgs, "/args/url")]
    [InlineData("""{"type":"test.echo","args":[]}""", 422, ProblemCodes.InvalidArgs, "/args")]
    [InlineData("""{"type":"test.echo","state":"failed"}""", 422, ProblemCodes.InvalidRequest, "/state")]
    [InlineData("""{"type":"test.echo","queue":"Big"}""", 422, ProblemCodes.InvalidRequest, "/queue")]
    [InlineData("""{"type":"test.echo","tags":"a"}""", 422, ProblemCodes.InvalidRequest, "/tags")]
    [InlineData("""{"type":"test.echo","tags":["a b"]}""", 422, ProblemCodes.InvalidRequest, "/tags/0")]
    [InlineData("""{"type":"test.echo","maxAttempts":101}""", 422, ProblemCodes.InvalidRequest, "/maxAttempts")]
    [InlineData("""{"type":"test.echo","timeout":"PT0S"}""", 422, ProblemCodes.InvalidRequest, "/timeout")]
    [InlineData("""{"type":"test.echo","delay":"-PT1S"}""", 422, ProblemCodes.InvalidRequest, "/delay")]
    [InlineData("""{"type":"test.echo","delay":"P367D"}""", 422, ProblemCodes.InvalidRequest, "/delay")]
    [InlineData("""{"type":"test.echo","delay":"PT1S","runAt":"2030-01-01T00:00:00Z"}""", 422, ProblemCodes.InvalidRequest, "/runAt")]
    public async Task Wrong_body_is_refused_with_its_pointer(string body, int status, string code, string? at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, body);
        Assert.Equal((status, code), (answer.Status, answer.Code));
        if (at is not null)
            Assert.Equal([at], answer.Pointers.Where(p => p != "/Type"));
        Assert.Equal(0, await host.Redis.Database.ListLengthAsync(host.Redis.Keys.JobList));
    }

    [Fact]
    public async Task Depth_counts_from_the_body_itself()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(202, (await client.PostAsync(Jobs, Deep(32))).Status);
        Assert.Equal(ProblemCodes.MalformedJson, (await client.PostAsync(Jobs, Deep(33))).Code);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task Other_content_types_are_refused(string? mediaType)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var content = new ByteArrayContent("""{"type":"test.echo"}"""u8.ToArray());
        content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        var answer = await client.SendAsync(HttpMethod.Post, Jobs, content);
        Assert.Equal((415, ProblemCodes.UnsupportedMediaType), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData(262_144, 202)]
    [InlineData(262_145, 413)]
    [InlineData(20_000_000, 413)]
    [InlineData(40_000_000, 413)]
    public async Task Size_is_limited_to_the_byte(int bytes, int status)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        const string start = "{\"type\":\"test.echo\",\"args\":{\"x\":\"", end = "\"}}";
        var body = start + new string('x', bytes - start.Length - end.Length) + end;
        Assert.Equal(status, (await client.PostAsync(Jobs, body)).Status);
        using var unknownLength = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
        unknownLength.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Assert.Equal(status, (await client.SendAsync(HttpMethod.Post, Jobs, unknownLength, ("Transfer-Encoding", "chunked"))).Status);
    }

    private static string Deep(int levels)
    {
        var inner = levels - 2;
        return "{\"type\":\"test.echo\",\"args\":{\"x\":" + new string('[', inner) + new string(']', inner) + "}}";
    }
}

public sealed class EnqueueApiOnRedisTests(RedisServerFixture server) : EnqueueApiTests(server);

public sealed class EnqueueApiOnEmbeddedTests(EmbeddedServerFixture server) : EnqueueApiTests(server);
