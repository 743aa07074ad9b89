using System.Text.Json;
using Scheduler.IntegrationTests.Api;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Search;

public abstract class BulkTests(ServerFixture server)
{
    private const string Bulk = "/api/v1/bulk";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failed_jobs_are_grouped_by_what_went_wrong()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var disk = await FailAsync(host, client, 3, "IOException: disk 1", trace: "aaaaaaaaaaaaaaaa");
        var same = await FailAsync(host, client, 1, "IOException: disk 2", trace: "aaaaaaaaaaaaaaaa");
        var elsewhere = await FailAsync(host, client, 1, "IOException: disk 3", trace: "bbbbbbbbbbbbbbbb");
        var late = await FailAsync(host, client, 2, "The attempt ran longer", kind: "timeout");

        var groups = (await client.GetAsync("/api/v1/dead-letters")).Json.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal([2, 1, 4], groups.Select(g => g.GetProperty("count").GetInt32()));
        Assert.Equal(("timeout", "test.echo", late[^1]), (groups[0].GetProperty("error").GetProperty("type").GetString(), groups[0].GetProperty("type").GetString(), groups[0].GetProperty("sampleJobId").GetString()));
        Assert.Equal("IOException: disk 2", groups[2].GetProperty("error").GetProperty("message").GetString());
        var print = groups[2].GetProperty("fingerprint").GetString()!;
        Assert.Equal(print, (await client.GetAsync("/api/v1/jobs/" + disk[0])).Text("fingerprint"));
        Assert.Equal([same[0], .. disk.Reverse()], IdsOf(await client.GetAsync("/api/v1/jobs?fingerprint=" + print)));
        Assert.Equal(4, (await client.GetAsync("/api/v1/dead-letters/" + print)).Json.GetProperty("count").GetInt32());
        await AssertPagedAsync(client, groups.Select(g => g.GetProperty("fingerprint").GetString()!));

        // Whatever way a job leaves Failed, it leaves its group, and an empty group goes.
        await client.PostAsync($"/api/v1/jobs/{elsewhere[0]}/requeue");
        Assert.Equal(404, (await client.GetAsync("/api/v1/dead-letters/" + groups[1].GetProperty("fingerprint").GetString())).Status);
        Assert.False((await client.GetAsync("/api/v1/jobs/" + elsewhere[0])).Json.TryGetProperty("fingerprint", out _));
    }

    [Fact]
    public async Task Group_is_requeued_by_one_call_after_a_preview()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var wanted = await FailAsync(host, client, 5, "IOException: disk", trace: "aaaaaaaaaaaaaaaa");
        var others = await FailAsync(host, client, 2, "IOException: disk", trace: "bbbbbbbbbbbbbbbb");
        var print = (await client.GetAsync("/api/v1/jobs/" + wanted[0])).Text("fingerprint");
        var body = $$"""{"action":"requeue","filter":"fingerprint:{{print}}"}""";

        var preview = await client.PostAsync(Bulk, body.Replace("}", ",\"dryRun\":true}"));
        Assert.Equal((200, 5, true), (preview.Status, preview.Json.GetProperty("matched").GetInt32(), preview.Json.GetProperty("countComplete").GetBoolean()));
        Assert.Equal("failed", await StateAsync(client, wanted[0]));

        var done = await RunAsync(client, body);
        Assert.Equal((5, 0, 5), (done.GetProperty("done").GetInt32(), done.GetProperty("skipped").GetInt32(), done.GetProperty("matched").GetInt32()));
        foreach (var id in wanted)
            Assert.Equal("enqueued", await StateAsync(client, id));
        Assert.Equal("failed", await StateAsync(client, others[0]));
        Assert.Equal(404, (await client.GetAsync("/api/v1/dead-letters/" + print)).Status);
    }

    [Fact]
    public async Task Delete_is_undone_to_the_states_before()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var failed = (await FailAsync(host, client, 1, "IOException: disk"))[0];
        var waiting = await client.EnqueueAsync();
        var delayed = await client.EnqueueAsync("\"delay\":\"PT1H\"");
        var group = (await client.GetAsync("/api/v1/jobs/" + failed)).Text("fingerprint");

        var deleted = await RunAsync(client, """{"action":"delete","filter":"type:test.echo"}""");
        Assert.Equal(3, deleted.GetProperty("done").GetInt32());
        foreach (var id in new[] { failed, waiting, delayed })
            Assert.Equal("deleted", await StateAsync(client, id));
        // Touched since: the undo leaves it alone.
        await client.PostAsync($"/api/v1/jobs/{waiting}/requeue");

        var id1 = deleted.GetProperty("id").GetString();
        var undone = await EndAsync(client, await client.PostAsync($"{Bulk}/{id1}/undo"));
        Assert.Equal((2, 1, id1), (undone.GetProperty("done").GetInt32(), undone.GetProperty("skipped").GetInt32(), undone.GetProperty("undoes").GetString()));
        Assert.Equal(("failed", "scheduled"), (await StateAsync(client, failed), await StateAsync(client, delayed)));
        var job = (await client.GetAsync("/api/v1/jobs/" + failed)).Json;
        Assert.Equal((group, "IOException: disk"), (job.GetProperty("fingerprint").GetString(), job.GetProperty("error").GetProperty("message").GetString()));
        Assert.Equal((409, ProblemCodes.BulkNotUndoable), await RefusalAsync(client.PostAsync($"{Bulk}/{id1}/undo")));
    }

    [Fact]
    public async Task Paced_operation_goes_at_its_rate_and_stops_when_told()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        for (var i = 0; i < 12; i++)
            await client.EnqueueAsync();
        var begun = await client.PostAsync(Bulk, """{"action":"cancel","filter":"state:enqueued","ratePerSecond":1}""");
        Assert.Equal((202, "running"), (begun.Status, begun.Text("state")));
        var path = begun.Header("Location")!;
        var first = await WaitAsync(client, path, o => o.GetProperty("done").GetInt32() > 0);
        // One a second: the first steps cannot have taken more.
        Assert.InRange(first.GetProperty("done").GetInt32(), 1, 3);

        Assert.Equal("stopped", (await client.PostAsync(path + "/cancel")).Text("state"));

        Assert.Equal((409, ProblemCodes.BulkAlreadyFinal), await RefusalAsync(client.PostAsync(path + "/cancel")));
        Assert.InRange(IdsOf(await client.GetAsync("/api/v1/jobs?state=enqueued")).Count(), 8, 11);
    }

    [Fact]
    public async Task Another_node_goes_on_where_one_has_died()
    {
        var prefix = ServerFixture.NewPrefix();
        string path;
        await using (var first = await ApiHost.StartAsync(server, settings: new() { [SchedulerOptions.Section + ":Prefix"] = prefix }))
        {
            using var client = first.Client();
            for (var i = 0; i < 30; i++)
                await client.EnqueueAsync();
            path = (await client.PostAsync(Bulk, """{"action":"cancel","filter":"state:enqueued","ratePerSecond":10}""")).Header("Location")!;
            await WaitAsync(client, path, o => o.GetProperty("done").GetInt32() > 0);
        }
        await using var second = await ApiHost.StartAsync(server, settings: new() { [SchedulerOptions.Section + ":Prefix"] = prefix });
        using var other = second.Client();

        var ended = await WaitAsync(other, path, o => o.GetProperty("state").GetString() == "done");

        Assert.Equal((30, 0), (ended.GetProperty("done").GetInt32(), ended.GetProperty("skipped").GetInt32()));
        Assert.Equal(30, IdsOf(await other.GetAsync("/api/v1/jobs?state=deleted")).Count());
    }

    [Theory]
    [InlineData("""{"action":"requeue"}""", "/filter")]
    [InlineData("""{"action":"requeue","filter":""}""", "/filter")]
    [InlineData("""{"action":"requeue","filter":"  "}""", "/filter")]
    [InlineData("""{"action":"requeue","filter":"state:nope"}""", "/filter")]
    [InlineData("""{"action":"explode","filter":"tag:x"}""", "/action")]
    [InlineData("""{"action":"delete","filter":"tag:x","ratePerSecond":0}""", "/ratePerSecond")]
    [InlineData("""{"action":"delete","filter":"tag:x","all":true}""", "/all")]
    public async Task Wrong_request_is_refused(string body, string at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Bulk, body);
        Assert.Equal(422, answer.Status);
        Assert.Equal([at], answer.Pointers);
        Assert.Equal((404, ProblemCodes.BulkNotFound), await RefusalAsync(client.GetAsync(Bulk + "/none")));
    }

    private static async Task<string[]> FailAsync(ApiHost host, ApiClient client, int count, string message, string kind = "exception", string? trace = null)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
            ids.Add(await client.EnqueueAsync());
        var claims = await host.Claims.ClaimAsync(new ClaimRequest("box:1:aaaa", ["default"], ["test.echo"], count, TimeSpan.FromSeconds(30), false), Token);
        foreach (var claim in claims)
            await host.Claims.CompleteAsync([new JobOutcome.Failed(claim.Job.Id, claim.Fence, new JobError(kind, message, 1) { Trace = trace }, TimeSpan.Zero)], Token);
        Assert.Equal(ids, claims.Select(c => c.Job.Id));
        return [.. ids];
    }

    private static async Task<JsonElement> RunAsync(ApiClient client, string body) => await EndAsync(client, await client.PostAsync(Bulk, body));

    private static async Task<JsonElement> EndAsync(ApiClient client, ApiAnswer begun)
    {
        Assert.True(begun.Status == 202, begun.Body);
        return await WaitAsync(client, begun.Header("Location")!, o => o.GetProperty("state").GetString() == "done");
    }

    private static async Task<JsonElement> WaitAsync(ApiClient client, string path, Func<JsonElement, bool> isThere)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var operation = (await client.GetAsync(path)).Json;
            if (isThere(operation))
                return operation;
            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task AssertPagedAsync(ApiClient client, IEnumerable<string> expected)
    {
        var found = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await client.GetAsync($"/api/v1/dead-letters?limit=1&cursor={cursor}")).Json;
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(g => g.GetProperty("fingerprint").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal(expected, found);
    }

    private static async Task<string> StateAsync(ApiClient client, string id) => (await client.GetAsync("/api/v1/jobs/" + id)).Text("state");

    private static async Task<(int Status, string Code)> RefusalAsync(Task<ApiAnswer> call) => ((await call).Status, (await call).Code);

    private static IEnumerable<string> IdsOf(ApiAnswer page) => page.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
}

public sealed class BulkOnRedisTests(RedisServerFixture server) : BulkTests(server);

public sealed class BulkOnEmbeddedTests(EmbeddedServerFixture server) : BulkTests(server);
