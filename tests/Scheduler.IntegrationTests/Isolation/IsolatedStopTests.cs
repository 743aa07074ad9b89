using System.Globalization;
using Scheduler.IntegrationTests.Dispatching;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Isolation;

/// <summary>What is left of isolated jobs when they, or their worker, are stopped: nothing.</summary>
public sealed class IsolatedStopTests(RedisServerFixture server)
{
    [Fact]
    public async Task A_cancelled_handler_that_ignores_it_is_killed_with_what_it_started()
    {
        await using var worker = await IsolatedWorker.StartAsync(server);
        var id = await worker.EnqueueAsync("startProcess");
        var child = await worker.ProcessOfAsync(id, "process ");
        var grandchild = await worker.ProcessOfAsync(id, "started ");
        Assert.True(IsolatedWorker.IsAlive(grandchild));
        var loop = await worker.EnqueueAsync("loopForever");
        var looping = await worker.ProcessOfAsync(loop, "process ");

        await worker.Scheduler.Jobs.CancelAsync(id, WorkerHarness.Token);
        await worker.Scheduler.Jobs.CancelAsync(loop, WorkerHarness.Token);

        await worker.Scheduler.EventuallyAsync(() => Task.FromResult(!IsolatedWorker.IsAlive(looping)), seconds: 10);
        Assert.Equal(JobStates.Deleted, (await worker.EndOfAsync(loop)).State);
        await worker.AssertServesAsync();
        // Its handler obeyed the cancellation, and what it left behind ends with its child.
        await worker.Process.KillAsync();
        await worker.Scheduler.EventuallyAsync(() => Task.FromResult(!IsolatedWorker.IsAlive(child) && !IsolatedWorker.IsAlive(grandchild)), seconds: 10);
    }

    [Fact]
    public async Task Isolated_jobs_that_wait_for_a_child_hold_up_nobody()
    {
        await using var worker = await IsolatedWorker.StartAsync(server, ("Worker:Concurrency", "4"), ("Isolation:Max", "1"));
        await worker.EndOfAsync(await worker.EnqueueAsync("none"));
        var slow = await worker.Scheduler.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => worker.New("ignoreCancellation", 500))]);
        await worker.WaitForAsync(slow[0], job => job.State == JobStates.Processing);

        var plain = (await worker.Scheduler.EnqueueAsync([worker.Scheduler.New("demo.echo")]))[0];

        Assert.Equal(JobStates.Succeeded, (await worker.EndOfAsync(plain)).State);
        Assert.Equal(JobStates.Enqueued, (await worker.WaitForAsync(slow[^1], _ => true)).State);
        foreach (var id in slow)
            Assert.Equal((JobStates.Succeeded, 1), await StateOfAsync(id));

        async Task<(string, int)> StateOfAsync(string id)
        {
            var end = await worker.EndOfAsync(id);
            return (end.State, end.History.Count(h => h.State == JobStates.Processing));
        }
    }

    [Theory]
    [InlineData("1", 19, 5)]
    [InlineData("25", 6, 0)]
    public async Task Every_thread_of_a_child_has_its_share_of_the_processor(string weight, int nice, int policy)
    {
        await using var worker = await IsolatedWorker.StartAsync(server, ("Isolation:CpuWeight", weight));
        var id = await worker.EnqueueAsync("loopForever");
        var child = await worker.ProcessOfAsync(id, "process ");

        // Of what follows the name in parentheses: 17th is the niceness, 39th the policy (proc_pid_stat(5)).
        var threads = Directory.GetDirectories($"/proc/{child}/task").Select(t => File.ReadAllText(t + "/stat").Split(") ")[^1].Split(' ')).ToList();
        Assert.NotEmpty(threads);
        Assert.All(threads, t => Assert.Equal((nice, policy), (int.Parse(t[16], CultureInfo.InvariantCulture), int.Parse(t[38], CultureInfo.InvariantCulture))));
        await worker.Scheduler.Jobs.CancelAsync(id, WorkerHarness.Token);
        Assert.Equal(JobStates.Deleted, (await worker.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task No_child_outlives_a_killed_worker()
    {
        await using var worker = await IsolatedWorker.StartAsync(server);
        var loop = await worker.ProcessOfAsync(await worker.EnqueueAsync("loopForever"), "process ");
        var starter = await worker.EnqueueAsync("startProcess");
        int[] all = [loop, await worker.ProcessOfAsync(starter, "process "), await worker.ProcessOfAsync(starter, "started ")];
        Assert.All(all, process => Assert.True(IsolatedWorker.IsAlive(process)));

        await worker.Process.KillAsync();

        await worker.Scheduler.EventuallyAsync(() => Task.FromResult(!all.Any(IsolatedWorker.IsAlive)), seconds: 5);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_kills_isolated_jobs_and_hands_them_back()
    {
        await using var worker = await IsolatedWorker.StartAsync(server);
        var id = await worker.EnqueueAsync("loopForever");
        var child = await worker.ProcessOfAsync(id, "process ");

        await worker.Process.SignalAsync("TERM");

        Assert.Equal(0, await worker.Process.WaitForExitAsync(TimeSpan.FromSeconds(15)));
        Assert.False(IsolatedWorker.IsAlive(child));
        var job = await worker.WaitForAsync(id, _ => true);
        Assert.Equal((JobStates.Enqueued, 0), (job.State, job.Attempt));
    }
}
