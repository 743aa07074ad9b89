using Scheduler.Jobs.Dispatching;

namespace Scheduler.UnitTests.Dispatching;

public sealed class LimitedPlacesTests
{
    private readonly WorkerSignals signals = new(TimeProvider.System);

    [Fact]
    public async Task Place_that_is_freed_while_a_claim_is_on_its_way_is_a_reason_to_claim_again()
    {
        var places = new TypePlaces(["test.job"], () => 2, signals);
        var (first, second) = (Claims.Running("job1"), Claims.Running("job2"));
        places.Take(first);
        Assert.Equal(1, places.Free);
        // Asked for one, and got it; before it was counted, the other ended.
        places.Release(first);
        places.Take(second);

        places.NoteClaim(1, [second]);

        await signals.Claimable.WaitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_freed_place_wakes_the_claim_loop_while_jobs_may_be_left()
    {
        var places = new TypePlaces(["test.job"], () => 2, signals);
        RunningJob[] jobs = [Claims.Running("job1"), Claims.Running("job2")];
        foreach (var job in jobs)
            places.Take(job);
        places.NoteClaim(2, jobs);

        foreach (var job in jobs)
        {
            var woken = signals.Claimable.WaitAsync(TestContext.Current.CancellationToken);
            Assert.False(woken.IsCompleted);
            places.Release(job);
            await woken.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(8, 500, 4)]
    [InlineData(100_000, 0, 0)]
    [InlineData(100_000, 7, -7)]
    public void CPU_bound_jobs_take_what_the_cores_can_use_and_never_more_than_half_of_the_slots(int concurrency, int ahead, int expected) =>
        Assert.Equal(expected > 0 ? expected : (2 * Environment.ProcessorCount) - expected, LimitedPlaces.CpuBoundPlaces(concurrency, ahead));
}
