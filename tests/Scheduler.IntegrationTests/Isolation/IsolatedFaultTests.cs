using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Isolation;

/// <summary>Everything a handler can do to its process, done: it costs the job, never the worker.</summary>
public sealed class IsolatedFaultTests(SharedIsolatedWorker shared) : IClassFixture<SharedIsolatedWorker>
{
    private readonly IsolatedWorker worker = shared.Worker;

    [Theory]
    [InlineData("leakMemory", 500, null, "MB of memory and may use 200 MB", "")]
    [InlineData("overflowStack", 0, "SIGABRT", "SIGABRT", "Stack overflow")]
    [InlineData("failFast", 0, "SIGABRT", "SIGABRT", "the sample gives up")]
    [InlineData("exit", 3, null, "exit code 3", "")]
    public async Task A_job_that_kills_its_process_is_quarantined_at_the_third_death(
        string misdeed, int amount, string? signal, string said, string printed)
    {
        var id = await worker.EnqueueAsync(misdeed, amount);
        var job = await worker.EndOfAsync(id);

        Assert.Equal((JobStates.Failed, "poison_job"), (job.State, job.Error?.Type));
        Assert.Equal(3, job.History.Count(h => h.State == JobStates.Processing));
        Assert.Contains(said, job.Error!.Message, StringComparison.Ordinal);
        Assert.Contains(printed, string.Join('\n', job.Error.Evidence!.LastOutput), StringComparison.Ordinal);
        if (signal is not null)
            Assert.Equal(signal, job.Error.Evidence.Signal);
        await worker.AssertServesAsync();
    }

    [Theory]
    [InlineData("loopForever", 0)]
    [InlineData("ignoreCancellation", 60_000)]
    [InlineData("blockThreads", 64)]
    public async Task A_handler_that_ignores_its_time_limit_is_killed_within_a_second_of_the_hard_one(string misdeed, int amount)
    {
        await worker.EndOfAsync(await worker.EnqueueAsync("none"));

        var job = await worker.EndOfAsync(await worker.EnqueueAsync(misdeed, amount, timeout: TimeSpan.FromMilliseconds(500), maxAttempts: 1));

        Assert.Equal((JobStates.Failed, "timeout"), (job.State, job.Error?.Type));
        Assert.Contains("still running", job.Error!.Evidence!.KilledFor, StringComparison.Ordinal);
        // 0.5 s soft, 0.5 s more hard, and a second for the kill.
        Assert.InRange(job.FinishedAt - job.StartedAt ?? TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await worker.AssertServesAsync();
    }
}
