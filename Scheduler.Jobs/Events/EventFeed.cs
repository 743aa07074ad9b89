using System.Runtime.CompilerServices;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Events;

/// <summary>
/// The events of the whole scheduler, as this process hears them: live from pub/sub, made whole and resumed from the log.
/// Nothing is followed while nobody listens.
/// </summary>
internal sealed class EventFeed(EventRing ring, EventLogStore log, EventDemand demand, CompletionWaiters waiters, JobStore jobs, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A completion that nobody announced (its event was lost with the log) is found by looking.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>Events after <paramref name="after"/> (null = from now on), in order, for as long as the token lives.</summary>
    public async IAsyncEnumerable<FeedItem> SubscribeAsync(
        EventFilter filter, EventId? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = await OpenAsync(filter, after, cancellationToken);
        while (true)
        {
            foreach (var item in await subscription.ReadAsync(Patience, cancellationToken))
                yield return item;
        }
    }

    /// <summary>As <see cref="SubscribeAsync"/>, for a caller that also has something to do while nothing happens.
    /// Throws where Redis cannot say where the log stands.</summary>
    public async Task<EventSubscription> OpenAsync(EventFilter filter, EventId? after, CancellationToken cancellationToken)
    {
        var listener = demand.Enter();
        try
        {
            var ends = await log.ReadEndsAsync(ring.Anchor).WaitAsync(cancellationToken);
            var now = new EventId(ends.Epoch, ends.Newest.Last);
            var isUnknown = after is { } asked && (asked.Epoch != now.Epoch || asked.Sequence > now.Sequence);
            var gap = isUnknown ? new FeedItem.Gap(after!.Value, ends.OldestKeptId) : null;
            return new EventSubscription(ring, log, time, filter, isUnknown ? now : after ?? now, gap, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>The job as soon as it is final, or as it is when the time is up; null where there is none.</summary>
    public async Task<JobRecord?> WaitForFinalAsync(string jobId, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var listener = demand.Enter();
        var begun = time.GetTimestamp();
        while (true)
        {
            // Waiting is declared before the job is read, so that no completion falls between the two.
            using var waiter = waiters.Enter(jobId);
            var job = await jobs.GetAsync(jobId, cancellationToken);
            var left = wait - time.GetElapsedTime(begun);
            if (job is null || JobStates.IsFinal(job.State) || left <= TimeSpan.Zero)
                return job;
            var pause = left < LookAgain ? left : LookAgain;
            await waiter.Completed.WaitAsync(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
