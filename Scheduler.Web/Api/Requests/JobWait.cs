using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;

namespace Scheduler.Web.Api.Requests;

/// <summary>Waits for a job's end on behalf of a request, and lets go when the host stops.</summary>
internal sealed class JobWait(EventFeed feed, IHostApplicationLifetime lifetime)
{
    /// <summary>The job, final or as it is when the time is up; null where the host stops before or the job is gone.</summary>
    public async Task<JobRecord?> ForFinalAsync(string id, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await feed.WaitForFinalAsync(id, wait, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
