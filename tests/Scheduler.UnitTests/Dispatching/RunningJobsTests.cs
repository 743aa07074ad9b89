using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Dispatching;

public sealed class RunningJobsTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly RunningJobs running = new();

    [Fact]
    public void A_cancellation_reaches_its_job()
    {
        var job = running.Add([Claims.Claimed()], long.MaxValue)[0];

        running.Cancel("job1");

        Assert.Equal(StopReason.Cancelled, job.StopReason);
        Assert.True(job.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void A_cancellation_that_overtakes_the_reply_of_the_claim_is_kept()
    {
        running.ExpectClaim();
        running.Cancel("job1");

        var jobs = running.Add([Claims.Claimed(), Claims.Claimed("job2")], long.MaxValue);

        Assert.Equal([StopReason.Cancelled, StopReason.None], jobs.Select(j => j.StopReason));
    }

    [Fact]
    public void A_cancellation_of_anothers_job_is_not_kept()
    {
        running.Cancel("job1");
        running.ExpectClaim();

        Assert.Equal(StopReason.None, running.Add([Claims.Claimed()], long.MaxValue)[0].StopReason);
    }

    [Fact]
    public void The_same_job_claimed_again_ends_the_old_run_and_survives_its_removal()
    {
        var old = running.Add([Claims.Claimed(fence: 1)], long.MaxValue)[0];
        var renewed = running.Add([Claims.Claimed(fence: 2)], long.MaxValue)[0];

        running.Remove(old);

        Assert.Equal(StopReason.LeaseLost, old.StopReason);
        Assert.True(running.Contains(renewed));
    }

    [Fact]
    public void The_first_reason_to_stop_stays()
    {
        var job = Claims.Running();
        job.Stop(StopReason.TimedOut);
        job.Stop(StopReason.Shutdown);

        Assert.Equal(StopReason.TimedOut, job.StopReason);
    }

    [Fact]
    public void A_job_whose_lease_is_not_renewed_is_stopped_before_its_end()
    {
        var lease = TimeSpan.FromSeconds(12);
        var job = running.Add([Claims.Claimed()], clock.GetTimestamp() + (12 * clock.TimestampFrequency))[0];
        using var deadlines = new LeaseDeadlines(
            running, Options.Create(new WorkerOptions { Lease = lease }), clock, NullLogger<LeaseDeadlines>.Instance);
        deadlines.Start();

        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(StopReason.None, job.StopReason);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(StopReason.LeaseExpired, job.StopReason);
    }

    [Fact]
    public async Task A_suspect_keeps_others_away_for_its_first_seconds()
    {
        var watch = new SuspectWatch(clock);
        watch.Started(Claims.Running(suspect: true));
        var others = watch.WaitForOthersAsync(TestContext.Current.CancellationToken);
        Assert.False(others.IsCompleted);
        Assert.False(watch.AllowsSuspect);

        clock.Advance(TimeSpan.FromSeconds(10));

        await others;
        Assert.False(watch.AllowsSuspect);
    }

    [Fact]
    public async Task A_suspect_that_ends_lets_others_in_at_once()
    {
        var watch = new SuspectWatch(clock);
        var suspect = Claims.Running(suspect: true);
        watch.Started(suspect);
        var others = watch.WaitForOthersAsync(TestContext.Current.CancellationToken);

        watch.Ended(suspect);

        await others;
        // One claim of others first, then the next suspect.
        Assert.False(watch.AllowsSuspect);
        Assert.True(watch.NoteClaim());
        Assert.True(watch.AllowsSuspect);
        Assert.False(watch.NoteClaim());
    }
}
