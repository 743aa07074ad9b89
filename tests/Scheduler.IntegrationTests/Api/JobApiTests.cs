using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class JobApiTests(ServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finished_job_shows_result_history_and_worker()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        await SucceedAsync(host, """{"n":[1,2]}""");
        var job = await client.GetAsync("/api/v1/jobs/" + id);
        Assert.Equal(("succeeded", "host:1:test", 1), (job.Text("state"), job.Text("worker"), job.Json.GetProperty("attempt").GetInt32()));
        Assert.Equal("""{"n":[1,2]}""", job.Json.GetProperty("result").GetRawText());
        var history = job.Json.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(["enqueued", "processing", "succeeded"], history.Select(h => h.GetProperty("state").GetString()));
        Assert.Equal("host:1:test", history[1].GetProperty("worker").GetString());
        Assert.False(history[0].TryGetProperty("worker", out _));
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("01kf3m8w7c2t9q4hxj5n6rbz0e")]
    [InlineData("a%2Fb")]
    [InlineData("x:logs")]
    [InlineData("%7Bt%7D")]
    public async Task Unknown_job_is_not_found_on_every_path(string id)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        foreach (var answer in new[]
        {
            await client.GetAsync($"/api/v1/jobs/{id}"), await client.GetAsync($"/api/v1/jobs/{id}/logs"),
            await client.PostAsync($"/api/v1/jobs/{id}/cancel"), await client.PostAsync($"/api/v1/jobs/{id}/requeue"),
        })
            Assert.Equal((404, ProblemCodes.JobNotFound), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Waiting_job_is_cancelled_once()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var cancelled = await client.PostAsync($"/api/v1/jobs/{id}/cancel");
        Assert.Equal((202, "deleted"), (cancelled.Status, cancelled.Text("state")));
        var again = await client.PostAsync($"/api/v1/jobs/{id}/cancel");
        Assert.Equal((409, ProblemCodes.JobAlreadyFinal), (again.Status, again.Code));
    }

    [Fact]
    public async Task Requeue_takes_final_and_scheduled_jobs_only()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var waiting = await client.PostAsync($"/api/v1/jobs/{id}/requeue");
        Assert.Equal((409, ProblemCodes.JobNotRequeueable), (waiting.Status, waiting.Code));
        await SucceedAsync(host, "{}");
        var final = await client.PostAsync($"/api/v1/jobs/{id}/requeue");
        Assert.Equal((202, "enqueued", 0), (final.Status, final.Text("state"), final.Json.GetProperty("attempt").GetInt32()));
        var later = await client.EnqueueAsync("\"delay\":\"PT1H\"");
        Assert.Equal("enqueued", (await client.PostAsync($"/api/v1/jobs/{later}/requeue")).Text("state"));
    }

    [Fact]
    public async Task Waiting_job_gets_another_time_queue_and_arguments()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync("\"delay\":\"PT1H\",\"args\":{\"n\":1}");
        var edited = await PatchAsync(client, id, """{ "runAt": "2040-01-01T00:00:00Z", "queue": "special", "args": { "n": 2 } }""");
        Assert.Equal((200, "scheduled", "special", "2040-01-01T00:00:00.000Z"), (edited.Status, edited.Text("state"), edited.Text("queue"), edited.Text("runAt")));
        Assert.Equal("""{"n":2}""", edited.Json.GetProperty("args").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("edited", edited.Json.GetProperty("history").EnumerateArray().Last().GetProperty("reason").GetString());
        var now = await PatchAsync(client, id, """{ "delay": "PT0S", "queue": "default" }""");
        Assert.Equal((200, "enqueued", "default"), (now.Status, now.Text("state"), now.Text("queue")));
        await SucceedAsync(host, "{}");
        var ended = await PatchAsync(client, id, """{ "queue": "special" }""");
        Assert.Equal((409, ProblemCodes.JobNotWaiting), (ended.Status, ended.Code));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{ "delay": "PT1H", "runAt": "2040-01-01T00:00:00Z" }""", "/runAt")]
    [InlineData("""{ "queue": "No Queue" }""", "/queue")]
    [InlineData("""{ "tags": ["x"] }""", "/tags")]
    public async Task Edit_that_says_nothing_or_the_wrong_thing_is_refused(string body, string at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var refused = await PatchAsync(client, await client.EnqueueAsync("\"delay\":\"PT1H\""), body);
        Assert.Equal(422, refused.Status);
        Assert.Equal([at], refused.Pointers);
    }

    private static Task<ApiAnswer> PatchAsync(ApiClient client, string id, string json) =>
        client.SendAsync(HttpMethod.Patch, "/api/v1/jobs/" + id, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    [Fact]
    public async Task Log_lines_are_shown()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var at = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        await new JobLogStore(host.Redis).AppendAsync(id, [new JobLogLine(at, "Warning", "line \"1\"\n", 2)], Token);
        var log = await client.GetAsync($"/api/v1/jobs/{id}/logs");
        Assert.Equal("""{"items":[{"at":"2026-11-22T10:00:00.000Z","level":"Warning","message":"line \"1\"\n","attempt":2}],"truncated":false,"nextCursor":null}""", log.Body);
    }

    [Fact]
    public async Task Job_types_are_listed_with_their_schema()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(
            """[{"type":"test.echo","description":"For tests.","queue":"default","argsSchema":{"type":"object"}},{"type":"test.needs","description":"For tests.","queue":"special","argsSchema":{"type":"object"}}]""",
            (await client.GetAsync("/api/v1/job-types")).Body);
    }

    private static async Task SucceedAsync(ApiHost host, string result)
    {
        var claims = await host.Claims.ClaimAsync(new ClaimRequest("host:1:test", ["default"], ["test.echo"], 10, TimeSpan.FromSeconds(10), true), Token);
        await host.Claims.CompleteAsync([.. claims.Select(c => new JobOutcome.Succeeded(c.Job.Id, c.Fence, result, TimeSpan.FromMilliseconds(3)))], Token);
    }
}

public sealed class JobApiOnRedisTests(RedisServerFixture server) : JobApiTests(server);

public sealed class JobApiOnEmbeddedTests(EmbeddedServerFixture server) : JobApiTests(server);
