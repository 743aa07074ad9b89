using Hangfire;

namespace Scheduler.Jobs.Storage;

/// <summary>The token Hangfire hands to a job: ours, which fires when the job is cancelled, its lease lost, or the worker stopped.</summary>
internal sealed class RunnerToken(CancellationToken token) : IJobCancellationToken
{
    public CancellationToken ShutdownToken => token;

    public void ThrowIfCancellationRequested() => token.ThrowIfCancellationRequested();
}
