using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Api;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Insight;
using Scheduler.Jobs.Locks;

namespace Scheduler.IntegrationTests.Insight;

public abstract class ExplainTests(ServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Paused_queue_is_named_with_who_and_why()
    {
        await using var host = await ApiHost.StartAsync(server, environment: "Production", settings: new() { [SchedulerOptions.Section + ":AllowUnsafeRedis"] = "true" });
        using var client = host.Client(ApiHost.Key);
        await AnnounceAsync(host);
        var id = await client.EnqueueAsync();
        Assert.Equal(200, (await client.PostAsync("/api/v1/queues/default/pause", """{"note":"provider is down"}""")).Status);

        var reason = await FirstReasonAsync(client, id, ReasonCodes.QueuePaused);

        Assert.Equal(("default", "tests", "provider is down"), (reason.GetProperty("queue").GetString(), reason.GetProperty("by").GetString(), reason.GetProperty("note").GetString()));
        var queue = (await client.GetAsync("/api/v1/queues/default")).Json.GetProperty("pause");
        Assert.Equal(reason.GetProperty("since").GetString(), queue.GetProperty("at").GetString());
        await client.PostAsync("/api/v1/queues/default/resume");
        await FirstReasonAsync(client, id, ReasonCodes.Next);
    }

    [Fact]
    public async Task Missing_worker_is_named_for_process_queue_and_type()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        await FirstReasonAsync(client, id, ReasonCodes.NoWorker);

        await AnnounceAsync(host, queues: ["other"]);
        await FirstReasonAsync(client, id, ReasonCodes.NoWorkerForQueue);

        await AnnounceAsync(host, id: "box:2:aaaa", types: ["something.else"]);
        await FirstReasonAsync(client, id, ReasonCodes.NoWorkerForType);
        // The worker meets the job and sets it aside: still the same answer.
        await host.Claims.ClaimAsync(new ClaimRequest("box:2:aaaa", ["default"], ["something.else"], 5, TimeSpan.FromSeconds(5), false), Token);
        await FirstReasonAsync(client, id, ReasonCodes.NoWorkerForType);

        await AnnounceAsync(host, id: "box:3:aaaa", draining: true);
        await FirstReasonAsync(client, id, ReasonCodes.WorkersDraining);
    }

    [Fact]
    public async Task Backlog_is_counted_and_the_start_estimated_from_the_measured_pace()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await AnnounceAsync(host, running: 20);
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
            ids.Add(await client.EnqueueAsync());
        var unmeasured = await ExplainAsync(client, ids[^1]);
        Assert.Equal(JsonValueKind.Null, unmeasured.GetProperty("estimatedStartAt").ValueKind);

        foreach (var claim in await host.Claims.ClaimAsync(new ClaimRequest("box:1:aaaa", ["default"], ["test.echo"], 10, TimeSpan.FromSeconds(5), false), Token))
            await host.Claims.CompleteAsync([new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, null, TimeSpan.FromMilliseconds(1))], Token);

        var found = await ExplainAsync(client, ids[^1]);
        var reason = found.GetProperty("reasons")[0];
        Assert.Equal((ReasonCodes.Backlog, 19), (reason.GetProperty("code").GetString(), reason.GetProperty("ahead").GetInt32()));
        // Ten ends within at most seven buckets of ten seconds, and at least one second.
        Assert.InRange(reason.GetProperty("perSecond").GetDouble(), 10 / 70.0, 10);
        var wait = found.GetProperty("estimatedStartAt").GetDateTimeOffset() - found.GetProperty("at").GetDateTimeOffset();
        Assert.Equal(20 / reason.GetProperty("perSecond").GetDouble(), wait.TotalSeconds, tolerance: 0.1);
        Assert.Equal(ReasonCodes.WorkersBusy, (await ExplainAsync(client, ids[10])).GetProperty("reasons")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Lock_is_named_with_the_job_that_holds_it()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var (first, second) = (await client.EnqueueAsync(), await client.EnqueueAsync());
        var claims = await ClaimAsync(host);
        var gate = host.Services.GetRequiredService<ExclusiveGate>();
        var exclusive = new ExclusiveAttribute("report-7") { RetrySeconds = 3600 };
        await using var held = await gate.EnterAsync(exclusive, "report-7", first, () => { }, Token);
        var refused = await Assert.ThrowsAsync<JobSnoozedException>(() => gate.EnterAsync(exclusive, "report-7", second, () => { }, Token));
        await host.Claims.CompleteAsync([new JobOutcome.Snoozed(second, claims.Single(c => c.Job.Id == second).Fence, refused.Message, refused.Delay)], Token);

        var reason = await FirstReasonAsync(client, second, ReasonCodes.LockTaken);

        Assert.Equal(("report-7", first, "box:1:aaaa"), (reason.GetProperty("resource").GetString(), reason.GetProperty("jobId").GetString(), reason.GetProperty("worker").GetString()));
        await host.Claims.CompleteAsync([new JobOutcome.Succeeded(first, claims.Single(c => c.Job.Id == first).Fence, null, TimeSpan.Zero)], Token);
        Assert.False((await FirstReasonAsync(client, second, ReasonCodes.LockTaken)).TryGetProperty("jobId", out _));
    }

    [Fact]
    public async Task Delay_retry_and_run_are_told_apart()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var delayed = await client.EnqueueAsync("\"delay\":\"PT1H\"");
        var found = await ExplainAsync(client, delayed);
        Assert.Equal(ReasonCodes.ScheduledUntil, found.GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(found.GetProperty("reasons")[0].GetProperty("until").GetString(), found.GetProperty("estimatedStartAt").GetString());

        var id = await client.EnqueueAsync();
        var claim = Assert.Single(await ClaimAsync(host));
        Assert.Equal("box:1:aaaa", (await FirstReasonAsync(client, id, ReasonCodes.Running)).GetProperty("worker").GetString());
        await host.Claims.CompleteAsync([new JobOutcome.Retried(id, claim.Fence, new JobError("exception", "IOException: disk", 1), TimeSpan.FromHours(1))], Token);
        Assert.Contains("disk", (await FirstReasonAsync(client, id, ReasonCodes.RetryAt)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Time_of_a_finished_job_is_divided()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var claim = Assert.Single(await ClaimAsync(host));
        await host.Claims.CompleteAsync([new JobOutcome.Succeeded(id, claim.Fence, "{}", TimeSpan.FromMilliseconds(1))], Token);

        var found = await ExplainAsync(client, id);

        Assert.Equal(ReasonCodes.Ended, found.GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(["waiting", "running"], found.GetProperty("timeline").EnumerateArray().Select(p => p.GetProperty("phase").GetString()));
        var totals = found.GetProperty("totals");
        Assert.Equal(totals.GetProperty("totalMs").GetInt64(), totals.GetProperty("waitingMs").GetInt64() + totals.GetProperty("runningMs").GetInt64());
        Assert.Equal(404, (await client.GetAsync("/api/v1/jobs/nobody/explain")).Status);
    }

    private static async Task<JsonElement> ExplainAsync(ApiClient client, string id)
    {
        var answer = await client.GetAsync($"/api/v1/jobs/{id}/explain");
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(answer.Text("summary"), answer.Json.GetProperty("reasons")[0].GetProperty("text").GetString());
        return answer.Json;
    }

    private static async Task<JsonElement> FirstReasonAsync(ApiClient client, string id, string code)
    {
        var reason = (await ExplainAsync(client, id)).GetProperty("reasons")[0];
        Assert.Equal(code, reason.GetProperty("code").GetString());
        return reason;
    }

    private static Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ApiHost host) =>
        host.Claims.ClaimAsync(new ClaimRequest("box:1:aaaa", ["default"], ["test.echo"], 10, TimeSpan.FromSeconds(30), false), Token);

    private static Task AnnounceAsync(ApiHost host, string id = "box:1:aaaa", string[]? queues = null, string[]? types = null, int running = 0, bool draining = false) =>
        host.Services.GetRequiredService<WorkerStore>().AnnounceAsync(
            new WorkerRecord(id, "box", queues ?? ["default"], 20, running, default, default, draining, types ?? ["test.echo"]), Token);
}

public sealed class ExplainOnRedisTests(RedisServerFixture server) : ExplainTests(server);

public sealed class ExplainOnEmbeddedTests(EmbeddedServerFixture server) : ExplainTests(server);
