using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Insight;

namespace Scheduler.UnitTests.Insight;

public sealed class JobTimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Final_job_divides_its_time_by_phase()
    {
        var timeline = JobTimeline.Of(Job(JobStates.Succeeded,
            (JobStates.Scheduled, 0, null), (JobStates.Enqueued, 10, null), (JobStates.Processing, 13, null), (JobStates.Scheduled, 15, "boom"),
            (JobStates.Enqueued, 45, null), (JobStates.Processing, 46, null), (JobStates.Succeeded, 50, null)), Start.AddHours(1));

        Assert.Equal(["delayed", "waiting", "running", "retrying", "waiting", "running"], timeline.Phases.Select(p => p.Name));
        Assert.Equal((10, 4, 30, 6), (timeline.In("delayed").TotalSeconds, timeline.In("waiting").TotalSeconds, timeline.In("retrying").TotalSeconds, timeline.In("running").TotalSeconds));
        Assert.Equal(50, timeline.Total.TotalSeconds);
        Assert.True(timeline.IsWhole);
    }

    [Fact]
    public void Last_phase_of_a_job_that_is_not_final_lasts_until_now()
    {
        var timeline = JobTimeline.Of(Job(JobStates.Processing, (JobStates.Enqueued, 0, null), (JobStates.Processing, 2, null)), Start.AddSeconds(9));

        Assert.Equal((null, 7.0), (timeline.Phases[^1].To, timeline.Phases[^1].Duration.TotalSeconds));
    }

    [Fact]
    public void Waiting_for_a_lock_is_told_from_a_retry()
    {
        var timeline = JobTimeline.Of(Job(JobStates.Scheduled, (JobStates.Enqueued, 0, null), (JobStates.Processing, 1, null),
            (JobStates.Scheduled, 1, "Waits: 'report-7' is taken by another job")), Start.AddSeconds(3));

        Assert.Equal(2, timeline.In("locked").TotalSeconds);
        Assert.Equal(0, timeline.In("retrying").TotalSeconds);
    }

    [Fact]
    public void Time_at_rest_before_a_requeue_is_no_waiting()
    {
        var timeline = JobTimeline.Of(Job(JobStates.Enqueued, (JobStates.Enqueued, 0, null), (JobStates.Failed, 1, "boom"), (JobStates.Enqueued, 61, "requeued")),
            Start.AddSeconds(62));

        Assert.Equal((2, 60), (timeline.In("waiting").TotalSeconds, timeline.In("resting").TotalSeconds));
    }

    [Fact]
    public void History_that_lost_its_beginning_says_so() =>
        Assert.False(JobTimeline.Of(Job(JobStates.Processing, (JobStates.Processing, 500, null)), Start.AddSeconds(501)).IsWhole);

    [Theory]
    [InlineData(0.35, "350 ms")]
    [InlineData(12.44, "12.4 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(273_600, "3 d 4 h")]
    public void Times_are_said_as_a_person_would(double seconds, string text) => Assert.Equal(text, SpokenTime.Duration(TimeSpan.FromSeconds(seconds)));

    private static JobRecord Job(string state, params (string State, double Second, string? Reason)[] history) => new()
    {
        Id = "1",
        Type = "test.a",
        IsTyped = true,
        Queue = "default",
        State = state,
        Args = "{}",
        CreatedAt = Start,
        History = [.. history.Select(h => new HistoryEntry(h.State, Start.AddSeconds(h.Second), h.Reason, null, null))],
    };
}
