using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.UnitTests.Dispatching;

/// <summary>Claimed jobs and job types for tests of the dispatcher's parts.</summary>
internal static class Claims
{
    public static RunningJob Running(
        string id = "job1", int attempt = 1, int? maxAttempts = null, TimeSpan? timeout = null, bool suspect = false, long fence = 1,
        long leaseUntil = long.MaxValue, string type = "test.job", TimeSpan age = default)
    {
        var claimed = Claimed(id, attempt, maxAttempts, timeout, suspect, fence, type);
        var job = claimed.Job with { CreatedAt = DateTimeOffset.UnixEpoch, StartedAt = DateTimeOffset.UnixEpoch + age };
        return new(claimed with { Job = job }, leaseUntil);
    }

    public static ClaimedJob Claimed(
        string id = "job1", int attempt = 1, int? maxAttempts = null, TimeSpan? timeout = null, bool suspect = false, long fence = 1, string type = "test.job") =>
        new(
            new JobRecord
            {
                Id = id, Type = type, IsTyped = true, Queue = "default", State = JobStates.Processing, Args = "{}",
                Attempt = attempt, MaxAttempts = maxAttempts, Timeout = timeout,
            },
            fence,
            suspect);

    public static JobTypeDescriptor Type(
        Func<JobContext, CancellationToken, Task<string?>> run, bool cpuBound = false, int? maxAttempts = null, RetryRules? retry = null,
        ExceptionRules? onException = null) => new()
    {
        Name = "test.job",
        Description = "",
        Queue = "default",
        MaxAttempts = maxAttempts,
        CpuBound = cpuBound,
        Retry = retry,
        OnException = onException ?? ExceptionRules.None,
        HandlerType = typeof(Claims),
        Validate = _ => new Dictionary<string, string[]>(),
        RunAsync = (_, _, job, cancellationToken) => run(job, cancellationToken),
    };
}
