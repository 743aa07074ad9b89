using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Dispatching;

/// <summary>What a worker claims ahead of its slots, because its jobs were short until now.</summary>
public sealed class AheadTests(RedisServerFixture server)
{
    private const int Short = 600, Long = 60;

    [Fact]
    public async Task Jobs_claimed_ahead_that_get_no_slot_are_left_to_others()
    {
        await using var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var (ran, end) = (0, new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously));
        await scheduler.EnqueueAsync([.. Enumerable.Range(0, Short).Select(_ => scheduler.New())]);
        var ids = await scheduler.EnqueueAsync([.. Enumerable.Range(0, Long).Select(_ => scheduler.New())]);
        await scheduler.StartWorkerAsync((_, _) => Interlocked.Increment(ref ran) <= Short ? Task.FromResult<string?>(null) : end.Task, o => o.Concurrency = 4);
        await scheduler.EventuallyAsync(() => Task.FromResult(Volatile.Read(ref ran) == Short + 4));

        var others = 0;
        await scheduler.StartWorkerAsync((_, _) =>
        {
            Interlocked.Increment(ref others);
            return Task.FromResult<string?>(null);
        });
        await scheduler.EventuallyAsync(() => Task.FromResult(Volatile.Read(ref others) == Long - 4));

        Assert.Equal(Short + 4, Volatile.Read(ref ran));
        end.SetResult(null);
        foreach (var id in ids)
            Assert.Equal(1, (await scheduler.WaitForAsync(id, "Succeeded")).Attempt);
    }
}
