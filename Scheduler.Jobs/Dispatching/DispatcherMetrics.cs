using System.Diagnostics;
using System.Diagnostics.Metrics;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>What a worker measures. The names are listed in <c>docs/telemetry.md</c>.</summary>
internal sealed class DispatcherMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Scheduler";

    private static readonly ActivitySource Activities = new(SourceName);

    // From a no-op over a typical call to a report: the default buckets, made for milliseconds, would put all into the first.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    private readonly Counter<long> completed;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> wait;
    private readonly UpDownCounter<long> running;
    private readonly Counter<long> stale;
    private readonly Counter<long> renewals;

    public DispatcherMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SourceName);
        completed = meter.CreateCounter<long>("scheduler.jobs.completed", "{job}", "Attempts that ended, by outcome.");
        duration = meter.CreateHistogram("scheduler.job.duration", "s", "How long an attempt ran.", null, Seconds);
        wait = meter.CreateHistogram("scheduler.job.wait", "s", "From due to the start of the first attempt.", null, Seconds);
        running = meter.CreateUpDownCounter<long>("scheduler.jobs.running", "{job}", "Attempts running in this process.");
        stale = meter.CreateCounter<long>("scheduler.completions.stale", "{job}", "Outcomes not written, because the job was no longer ours.");
        renewals = meter.CreateCounter<long>("scheduler.lease.renewals", "{lease}", "Leases renewed or found lost.");
    }

    public static Activity? StartSpan(RunningJob job)
    {
        var span = Activities.StartActivity("job " + job.Job.Type, ActivityKind.Consumer);
        span?.SetTag("scheduler.job.id", job.Id)
            .SetTag("scheduler.job.type", job.Job.Type)
            .SetTag("scheduler.job.queue", job.Job.Queue)
            .SetTag("scheduler.job.attempt", job.Job.Attempt);
        return span;
    }

    public void Started(JobRecord job)
    {
        running.Add(1);
        // Both instants are Redis's; a retry waits by intention, so only first attempts count.
        if (wait.Enabled && job is { Attempt: 1, StartedAt: { } start })
            wait.Record(Math.Max(0, (start - Latest(job.CreatedAt, job.DueAt)).TotalSeconds), Tag("type", job.Type), Tag("queue", job.Queue));
    }

    public void Ended(JobRecord job, TimeSpan elapsed)
    {
        running.Add(-1);
        if (duration.Enabled)
            duration.Record(elapsed.TotalSeconds, Tag("type", job.Type), Tag("queue", job.Queue));
    }

    public void Committed(JobRecord job, JobOutcome outcome)
    {
        if (completed.Enabled)
            completed.Add(1, Tag("type", job.Type), Tag("outcome", NameOf(outcome)), Tag("queue", job.Queue));
    }

    public void Stale(JobRecord job) => stale.Add(1, Tag("type", job.Type), Tag("queue", job.Queue));

    public void Renewed(int kept, int lost)
    {
        renewals.Add(kept, Tag("result", "renewed"));
        if (lost > 0)
            renewals.Add(lost, Tag("result", "lost"));
    }

    private static string NameOf(JobOutcome outcome) => outcome switch
    {
        JobOutcome.Succeeded => "succeeded",
        JobOutcome.Retried => "retried",
        JobOutcome.ChildDied => "child_died",
        JobOutcome.Failed => "failed",
        JobOutcome.Snoozed => "snoozed",
        _ => "handed_back",
    };

    private static DateTimeOffset Latest(DateTimeOffset created, DateTimeOffset? due) => due > created ? due.Value : created;

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
