using StackExchange.Redis;

namespace Scheduler.Jobs.Events;

/// <summary>
/// One reader with its own place in the log. It holds no queue: a reader that is slow falls behind the ring and reads the
/// log page by page, one that stops costs nothing but its place.
/// </summary>
internal sealed class EventSubscription(
    EventRing ring, EventLogStore log, TimeProvider time, EventFilter filter, EventId cursor, FeedItem.Gap? firstGap, IDisposable demand) : IDisposable
{
    private const int MaxRecordsPerLook = 64;

    // A feed that is just starting, or Redis that is away, raises no signal for news: look again by itself.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private EventId cursor = cursor;
    private FeedItem.Gap? pendingGap = firstGap;

    /// <summary>The next items in order, as soon as there are some; none when <paramref name="patience"/> is over.</summary>
    public async Task<IReadOnlyList<FeedItem>> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = ring.Changed.Next;
            var before = cursor;
            var items = await LookAsync(cancellationToken);
            var left = patience - time.GetElapsedTime(begun);
            if (items.Count > 0 || left <= TimeSpan.Zero)
                return items;
            if (cursor == before)
                await WaitForChangeAsync(changed, left, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<FeedItem>> LookAsync(CancellationToken cancellationToken)
    {
        var items = new List<FeedItem>();
        if (pendingGap is not null)
            items.Add(pendingGap);
        pendingGap = null;

        switch (ring.After(cursor, MaxRecordsPerLook))
        {
            case RingView.Records view:
                Take(view.Items, items);
                break;
            case RingView.OtherEpoch view:
                JumpTo(view.Start, new EventId(view.Start.Epoch, view.OldestKept), items);
                break;
            case RingView.Behind when items.Count == 0:
                await TakeFromLogAsync(items, cancellationToken);
                break;
        }
        return items;
    }

    private async Task TakeFromLogAsync(List<FeedItem> items, CancellationToken cancellationToken)
    {
        EventLogPage page;
        try
        {
            page = await log.ReadAfterAsync(cursor.Sequence, new EventLogAnchor(cursor.Epoch, 0, []), cancellationToken);
        }
        catch (Exception unreachable) when (unreachable is RedisException or TimeoutException)
        {
            // The pump reports it; this reader keeps its place and tries again.
            return;
        }
        if (page.Epoch != cursor.Epoch)
            JumpTo(new EventId(page.Epoch, page.Restart.Last), page.OldestKeptId, items);
        else if (page.HasLostAllAfter(cursor.Sequence))
            JumpTo(new EventId(page.Epoch, page.Newest.Last), page.OldestKeptId, items);
        else
            Take(page.Records, items);
    }

    private void Take(IReadOnlyList<EventRecord> records, List<FeedItem> items)
    {
        foreach (var record in records)
        {
            if (record.First > cursor.Sequence + 1)
                items.Add(new FeedItem.Gap(cursor, new EventId(record.Epoch, record.First)));
            foreach (var happened in record.Events)
            {
                if (happened.Id.Sequence > cursor.Sequence && filter.Matches(happened))
                    items.Add(new FeedItem.Event(happened));
            }
            cursor = new EventId(record.Epoch, record.Last);
        }
    }

    private void JumpTo(EventId place, EventId oldestKept, List<FeedItem> items)
    {
        items.Add(new FeedItem.Gap(cursor, oldestKept));
        cursor = place;
    }

    private async Task WaitForChangeAsync(Task changed, TimeSpan left, CancellationToken cancellationToken)
    {
        var wait = left < LookAgain ? left : LookAgain;
        await changed.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => demand.Dispose();
}
