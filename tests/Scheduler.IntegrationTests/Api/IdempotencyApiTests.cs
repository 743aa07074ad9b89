using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class IdempotencyApiTests(ServerFixture server)
{
    private const string Jobs = "/api/v1/jobs";

    [Fact]
    public async Task Same_key_and_equal_json_shows_the_first_job()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var first = await client.PostAsync(Jobs, """{"type":"test.echo","args":{"a":1,"b":"é"}}""", ("Idempotency-Key", "k1"));
        var second = await client.PostAsync(Jobs, """{ "args" : {"b":"\u00e9","a":1.0}, "type":"test.echo" }""", ("Idempotency-Key", "k1"));
        Assert.Equal((202, 200), (first.Status, second.Status));
        Assert.Null(first.Header("Idempotency-Replayed"));
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(1, await host.Redis.Database.ListLengthAsync(host.Redis.Keys.JobList));
    }

    [Fact]
    public async Task Same_key_with_another_body_is_refused()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await client.PostAsync(Jobs, """{"type":"test.echo"}""", ("Idempotency-Key", "k1"));
        var other = await client.PostAsync(Jobs, """{"type":"test.echo","args":{}}""", ("Idempotency-Key", "k1"));
        Assert.Equal((422, ProblemCodes.IdempotencyKeyReused), (other.Status, other.Code));
    }

    [Fact]
    public async Task Refused_request_does_not_use_the_key_up()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(422, (await client.PostAsync(Jobs, """{"type":"nope"}""", ("Idempotency-Key", "k1"))).Status);
        Assert.Equal(202, (await client.PostAsync(Jobs, """{"type":"test.echo"}""", ("Idempotency-Key", "k1"))).Status);
    }

    [Fact]
    public async Task Each_path_is_a_space_of_its_own()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(202, (await client.PostAsync(Jobs, """{"type":"test.echo"}""", ("Idempotency-Key", "k1"))).Status);
        var bulk = await client.PostAsync(Jobs + "/bulk", """{"jobs":[{"type":"test.echo"},{"type":"test.echo"}]}""", ("Idempotency-Key", "k1"));
        var again = await client.PostLinesAsync(Jobs + "/bulk", "{\"type\":\"test.echo\"}\n{\"type\":\"test.echo\"}", ("Idempotency-Key", "k1"));
        Assert.Equal((202, 200, "true"), (bulk.Status, again.Status, again.Header("Idempotency-Replayed")));
        Assert.Equal(bulk.Body, again.Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("schlüssel")]
    [InlineData("toolong")]
    public async Task Malformed_key_is_refused(string key)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, """{"type":"test.echo"}""", ("Idempotency-Key", key == "toolong" ? new string('k', 256) : key));
        Assert.Equal((400, ProblemCodes.InvalidIdempotencyKey), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Longest_key_is_taken()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(202, (await client.PostAsync(Jobs, """{"type":"test.echo"}""", ("Idempotency-Key", new string('~', 255)))).Status);
    }
}

public sealed class IdempotencyApiOnRedisTests(RedisServerFixture server) : IdempotencyApiTests(server);

public sealed class IdempotencyApiOnEmbeddedTests(EmbeddedServerFixture server) : IdempotencyApiTests(server);
