using Hangfire;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

public abstract class ContinuationTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Continuation_waits_for_its_parent_and_starts_after_its_end()
    {
        await using var harness = await StartAsync(server);
        var parent = harness.Client.Enqueue<StorageJobs>(j => j.Add(1, 2));
        var child = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Critical(token));
        Assert.Equal("Awaiting", (await harness.GetAsync(child)).State);
        Assert.Equal((parent, "Enqueued"), Parent(harness));
        await harness.RunNextAsync();
        Assert.Equal("critical", (await harness.WaitForAsync(child, "Enqueued")).Queue);
        Assert.Equal(0, harness.Monitor.GetStatistics().Awaiting);

        static (string, string) Parent(StorageHarness harness)
        {
            var shown = Assert.Single(((Hangfire.Storage.JobStorageMonitor)harness.Monitor).AwaitingJobs(0, 10)).Value;
            return (shown.StateData["ParentId"], shown.ParentStateName);
        }
    }

    [Fact]
    public async Task Continuation_added_while_its_parent_runs_is_not_forgotten()
    {
        await using var harness = await StartAsync(server);
        var parent = harness.Client.Enqueue<StorageJobs>(j => j.Add(1, 2));
        var claimed = await harness.ClaimAsync();
        var child = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 1));
        await harness.RunAsync(claimed);
        await harness.WaitForAsync(child, "Enqueued");
    }

    [Fact]
    public async Task Continuation_of_a_job_that_has_ended_starts_at_once()
    {
        await using var harness = await StartAsync(server);
        var parent = harness.Client.Enqueue<StorageJobs>(j => j.Add(1, 2));
        await harness.RunNextAsync();
        var child = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 1));
        Assert.Equal("Enqueued", (await harness.GetAsync(child)).State);
    }

    [Fact]
    public async Task Continuation_of_a_typed_job_starts_too()
    {
        await using var harness = await StartAsync(server);
        var parent = await harness.EnqueueTypedAsync();
        var child = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 1));
        var claimed = await harness.ClaimAsync();
        await harness.Claims.CompleteAsync([new JobOutcome.Succeeded(parent, claimed.Fence, "{}", TimeSpan.Zero)], Token);
        await harness.WaitForAsync(child, "Enqueued");
    }

    [Fact]
    public async Task Continuation_whose_condition_is_not_met_is_deleted()
    {
        await using var harness = await StartAsync(server);
        var parent = await harness.EnqueueTypedAsync();
        var onSuccess = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 1));
        var always = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 2), JobContinuationOptions.OnAnyFinishedState);
        Assert.Equal(CancelResult.Cancelled, await harness.Jobs.CancelAsync(parent, Token));
        var deleted = await harness.WaitForAsync(onSuccess, "Deleted");
        Assert.Equal($"Its parent {parent} ended as Deleted (cancelled): continuation condition was not met", deleted.History[^1].Reason);
        await harness.WaitForAsync(always, "Enqueued");
    }

    [Fact]
    public async Task Continuation_of_a_failed_job_goes_on_waiting()
    {
        await using var harness = await StartAsync(server);
        var parent = harness.Client.Enqueue<StorageJobs>(j => j.FailAtOnce(token));
        var child = harness.Client.ContinueJobWith<StorageJobs>(parent, j => j.Send(token, 1), JobContinuationOptions.OnAnyFinishedState);
        await harness.RunNextAsync();
        Assert.Equal("Failed", (await harness.GetAsync(parent)).State);
        Assert.Equal("Awaiting", (await harness.GetAsync(child)).State);
        Assert.True(harness.Client.Delete(parent));
        await harness.WaitForAsync(child, "Enqueued");
    }

    [Fact]
    public async Task Stock_server_runs_a_chain()
    {
        await using var harness = await StartAsync(server);
        using var stock = harness.StartStockServer();
        var first = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        var second = harness.Client.ContinueJobWith<StorageJobs>(first, j => j.Send(token, 2));
        var third = harness.Client.ContinueJobWith<StorageJobs>(second, j => j.Send(token, 3));
        await harness.WaitForAsync(third, "Succeeded");
        Assert.Equal(["send 1", "send 2", "send 3"], StorageJobs.NotesOf(token));
    }
}

public sealed class ContinuationOnRedisTests(RedisServerFixture server) : ContinuationTests(server);

public sealed class ContinuationOnEmbeddedTests(EmbeddedServerFixture server) : ContinuationTests(server);
