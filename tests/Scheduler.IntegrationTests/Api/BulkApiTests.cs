using System.Text;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class BulkApiTests(ServerFixture server)
{
    private const string Bulk = "/api/v1/jobs/bulk";

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task All_jobs_are_accepted_in_order(int count)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var jobs = Enumerable.Range(0, count).Select(i => $"{{\"type\":\"test.echo\",\"args\":{{\"i\":{i}}}}}").ToList();
        foreach (var answer in new[]
        {
            await client.PostAsync(Bulk, "{\"jobs\":[" + string.Join(',', jobs) + "]}"),
            await client.PostLinesAsync(Bulk, string.Join('\n', jobs) + "\n"),
        })
        {
            Assert.True(answer.Status == 202, answer.Body);
            Assert.Equal(count, answer.Json.GetProperty("accepted").GetInt32());
            var ids = answer.Json.GetProperty("ids").EnumerateArray().Select(i => i.GetString()!).ToList();
            Assert.Equal(count, ids.Distinct().Count());
            var last = await client.GetAsync("/api/v1/jobs/" + ids[^1]);
            Assert.Equal(count - 1, last.Json.GetProperty("args").GetProperty("i").GetInt32());
        }
    }

    [Fact]
    public async Task One_invalid_job_refuses_all_and_is_named()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var json = await client.PostAsync(Bulk, """{"jobs":[{"type":"test.echo"},{"type":"nope"},{"type":"test.echo","tags":[1]}]}""");
        Assert.Equal((422, ProblemCodes.UnknownJobType), (json.Status, json.Code));
        Assert.Equal(["/jobs/1/type", "/jobs/2/tags/0"], json.Pointers);
        var lines = await client.PostLinesAsync(Bulk, "{\"type\":\"test.echo\"}\n{\"type\":\"test.needs\"}");
        Assert.Equal((422, ProblemCodes.InvalidArgs), (lines.Status, lines.Code));
        Assert.Equal(["/jobs/1/args/url"], lines.Pointers);
        Assert.Equal(0, await host.Redis.Database.ListLengthAsync(host.Redis.Keys.JobList));
    }

    [Fact]
    public async Task Broken_line_is_named()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostLinesAsync(Bulk, "{\"type\":\"test.echo\"}\n\n{\"type\":\n{}");
        Assert.Equal((400, ProblemCodes.MalformedJson), (answer.Status, answer.Code));
        Assert.Contains("line 3", answer.Text("detail"));
        Assert.Contains("/jobs/1", (await client.PostAsync(Bulk, """{"jobs":[{},{"a":1,"a":2}]}""")).Text("detail"));
    }

    [Fact]
    public async Task Limits_are_those_of_the_contract()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        const string job = "{\"type\":\"test.echo\"}";
        Assert.Equal(202, (await client.PostLinesAsync(Bulk, string.Join('\n', Enumerable.Repeat(job, 10_000)))).Status);
        var tooMany = await client.PostLinesAsync(Bulk, string.Join('\n', Enumerable.Repeat(job, 10_001)));
        Assert.Equal((422, ProblemCodes.TooManyJobs), (tooMany.Status, tooMany.Code));
        Assert.Equal(422, (await client.PostAsync(Bulk, """{"jobs":[]}""")).Status);
        Assert.Equal(422, (await client.PostLinesAsync(Bulk, "")).Status);
        Assert.Equal(413, (await client.PostLinesAsync(Bulk, job + new string(' ', (16 * 1024 * 1024) + 1))).Status);
        Assert.Equal(413, (await client.PostLinesAsync(Bulk, job + "\n{\"type\":\"test.echo\",\"args\":{\"x\":\"" + new string('x', 262_144) + "\"}}")).Status);
        var other = await client.SendAsync(HttpMethod.Post, Bulk, new StringContent(job, Encoding.UTF8, "text/csv"));
        Assert.Equal((415, ProblemCodes.UnsupportedMediaType), (other.Status, other.Code));
    }
}

public sealed class BulkApiOnRedisTests(RedisServerFixture server) : BulkApiTests(server);

public sealed class BulkApiOnEmbeddedTests(EmbeddedServerFixture server) : BulkApiTests(server);
