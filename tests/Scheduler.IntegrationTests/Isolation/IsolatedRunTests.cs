using System.Text.Json;
using Scheduler.IntegrationTests.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Isolation;

/// <summary>Isolated jobs as a user meets them: a real worker, a real plug-in, real child processes.</summary>
public sealed class IsolatedRunTests(SharedIsolatedWorker shared) : IClassFixture<SharedIsolatedWorker>
{
    private readonly IsolatedWorker worker = shared.Worker;

    [Fact]
    public async Task An_isolated_job_runs_in_a_child_that_is_used_again()
    {
        var first = await worker.EndOfAsync(await worker.EnqueueAsync("none", text: "one"));
        var others = new List<int>();
        for (var i = 0; i < 4; i++)
            others.Add(ChildOf(await worker.EndOfAsync(await worker.EnqueueAsync("none"))));

        Assert.Equal((JobStates.Succeeded, 1), (first.State, first.Attempt));
        using var result = JsonDocument.Parse(first.Result!);
        Assert.Equal("one", result.RootElement.GetProperty("text").GetString());
        Assert.NotEqual(worker.Process.Id, ChildOf(first));
        Assert.InRange(others.Distinct().Count(), 1, 3);
        Assert.Equal(10, first.Progress?.Percent);
    }

    [Fact]
    public async Task What_an_isolated_job_prints_and_logs_is_in_its_log()
    {
        var id = await worker.EnqueueAsync("print", amount: 3, text: "printed");
        var job = await worker.EndOfAsync(id);
        var other = await worker.EnqueueAsync("none");
        var end = await worker.EndOfAsync(other);

        Assert.Equal(JobStates.Succeeded, job.State);
        var log = await worker.LogOfAsync(id);
        Assert.Contains($"process {ChildOf(job)}", log);
        Assert.Equal(["printed 1", "printed 2", "printed 3", "to standard error"], log.Where(line => !line.StartsWith("process", StringComparison.Ordinal)));
        Assert.Equal([$"process {ChildOf(end)}", "behaves"], await worker.LogOfAsync(other));
    }

    [Theory]
    [InlineData("throw", "exception", "InvalidOperationException: no way")]
    [InlineData("runOutOfTime", "timeout", "TimeoutException: no way")]
    public async Task What_an_isolated_handler_throws_is_the_jobs_error(string misdeed, string type, string message)
    {
        var job = await worker.EndOfAsync(await worker.EnqueueAsync(misdeed, text: "no way", maxAttempts: 2));

        Assert.Equal(new JobError(type, message, 2), job.Error! with { Trace = null });
    }

    [Fact]
    public async Task Children_are_announced_with_what_they_did()
    {
        var child = ChildOf(await worker.EndOfAsync(await worker.EnqueueAsync("none")));
        var workers = new WorkerStore(worker.Scheduler.Redis);

        IReadOnlyList<WorkerChild> announced = [];
        await worker.Scheduler.EventuallyAsync(async () =>
            (announced = [.. (await workers.ListAsync(WorkerHarness.Token)).SelectMany(w => w.Children)]).Any(c => c.Pid == child && c.JobId is null), seconds: 60);

        var ready = announced.Single(c => c.Pid == child);
        Assert.True(ready.Attempts > 0 && ready.MemoryBytes > 1_000_000, ready.ToString());
    }

    private static int ChildOf(JobRecord job)
    {
        using var result = JsonDocument.Parse(job.Result!);
        return result.RootElement.GetProperty("processId").GetInt32();
    }
}
