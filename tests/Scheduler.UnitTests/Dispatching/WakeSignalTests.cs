using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.UnitTests.Dispatching;

public sealed class WakeSignalTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task A_signal_before_the_wait_is_not_lost()
    {
        var signal = new WakeSignal(clock);
        signal.Set();

        await signal.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Several_signals_end_one_wait()
    {
        var signal = new WakeSignal(clock);
        signal.Set();
        signal.Set();
        await signal.WaitAsync(TestContext.Current.CancellationToken);

        Assert.False(signal.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public async Task A_wait_ends_when_its_time_is_up()
    {
        var signal = new WakeSignal(clock);
        var wait = signal.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(1));

        await wait;
    }

    [Fact]
    public async Task A_cancelled_wait_keeps_the_signal_for_the_next()
    {
        var signal = new WakeSignal(clock);
        using var cancelled = new CancellationTokenSource();
        var wait = signal.WaitAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        signal.Set();

        await signal.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Slots_are_waited_for_until_one_is_free()
    {
        var slots = new JobSlots(2, clock);
        slots.Take(2);
        var wait = slots.WaitForFreeAsync(TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);

        slots.Release();

        await wait;
        Assert.Equal(1, slots.Free);
    }

    [Fact]
    public async Task Short_jobs_are_claimed_ahead_of_their_slots_and_in_lots()
    {
        var slots = new JobSlots(40, clock);
        slots.Take(40);
        for (var i = 0; i < 40; i++)
            slots.Release();
        clock.Advance(TimeSpan.FromMilliseconds(8));
        await slots.WaitForFreeAsync(TestContext.Current.CancellationToken);
        // 40 in 8 ms are 100 in 20 ms.
        Assert.Equal(140, slots.Free);

        slots.Take(140);
        var wait = slots.WaitForFreeAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 49; i++)
            slots.Release();
        Assert.False(wait.IsCompleted);
        slots.Release();
        await wait;

        slots.ForgetRate();
        Assert.Equal(40 - 90, slots.Free);
    }

    [Fact]
    public async Task Slots_that_stay_used_end_the_wait_for_emptiness_in_time()
    {
        var slots = new JobSlots(2, clock);
        slots.Take(1);
        var wait = slots.WaitUntilEmptyAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.False(await wait);
    }
}
