using Scheduler.Jobs.Insight;

namespace Scheduler.UnitTests.Insight;

public sealed class ScaleAdviceTests
{
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(30);

    [Theory]
    // 600 waiting over 30 s are 20 a second, with 5 arriving 25; one second each are 25 slots; ten in a worker.
    [InlineData(600, 0, 1000, 5, 10, 3)]
    // The same jobs ten times as long.
    [InlineData(600, 0, 10_000, 5, 10, 25)]
    // Nothing waits: what arrives needs 5 slots.
    [InlineData(0, 5, 1000, 5, 10, 1)]
    // Six long jobs: six slots are enough, whatever the target says.
    [InlineData(6, 0, 600_000, 0, 1, 6)]
    // Twenty run in ten slots each: none of their workers may go.
    [InlineData(0, 20, 100, 0, 10, 2)]
    public void Workers_follow_from_backlog_arrivals_and_duration(long backlog, long running, int durationMs, double arrivals, double concurrency, int workers) =>
        Assert.Equal(workers, Advise(backlog, running, new QueuePace(1, TimeSpan.FromMilliseconds(durationMs), arrivals), concurrency).Workers);

    [Fact]
    public void Idle_queue_needs_none() => Assert.Equal(0, Advise(0, 0, QueuePace.Unknown, 10).Workers);

    [Fact]
    public void First_job_needs_one_worker_before_anything_is_measured() => Assert.Equal(1, Advise(500, 0, QueuePace.Unknown, 10, live: 0).Workers);

    [Fact]
    public void Unmeasured_backlog_keeps_the_workers_there_are() => Assert.Equal(4, Advise(500, 0, QueuePace.Unknown, 10, live: 4).Workers);

    [Fact]
    public void Paused_queue_needs_workers_only_for_what_runs() =>
        Assert.Equal(1, ScaleAdvice.For(new ScaleFacts(10_000, 3, true, 5, 10, new QueuePace(9, TimeSpan.FromSeconds(1), 9)), Target).Workers);

    private static ScaleAdvice Advise(long backlog, long running, QueuePace pace, double concurrency, int live = 1) =>
        ScaleAdvice.For(new ScaleFacts(backlog, running, false, live, concurrency, pace), Target);
}
