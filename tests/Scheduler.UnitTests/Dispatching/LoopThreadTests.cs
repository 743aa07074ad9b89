using Scheduler.Jobs.Dispatching;

namespace Scheduler.UnitTests.Dispatching;

public sealed class LoopThreadTests
{
    [Fact]
    public async Task Whatever_a_loop_awaits_comes_back_to_its_own_thread()
    {
        var threads = new List<(int Id, bool OfPool)>();

        await LoopThread.RunAsync("test", async () =>
        {
            Note();
            await Task.Yield();
            Note();
            await Task.Run(() => { });
            Note();
            await Task.Delay(1);
            Note();
        });

        Assert.Single(threads.Distinct());
        Assert.False(threads[0].OfPool);

        void Note() => threads.Add((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread));
    }

    [Fact]
    public async Task A_loop_that_throws_fails_its_task() =>
        await Assert.ThrowsAsync<TimeoutException>(() => LoopThread.RunAsync("test", async () =>
        {
            await Task.Yield();
            throw new TimeoutException();
        }));
}
