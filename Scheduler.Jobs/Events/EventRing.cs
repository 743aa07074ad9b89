namespace Scheduler.Jobs.Events;

/// <summary>What a look into the ring gave.</summary>
internal abstract record RingView
{
    /// <summary>The records after the cursor; empty = nothing newer yet.</summary>
    public sealed record Records(IReadOnlyList<EventRecord> Items) : RingView;

    /// <summary>The ring does not reach back to the cursor, or nothing feeds it now: the log has the answer.</summary>
    public sealed record Behind : RingView;

    /// <summary>The log began anew; readers go on after <paramref name="Start"/>.</summary>
    public sealed record OtherEpoch(EventId Start, long OldestKept) : RingView;
}

/// <summary>The newest records of the log, bounded in number and bytes. One writer (the pump), any number of readers.</summary>
internal sealed class EventRing(int maxRecords = 4096, int maxBytes = 8 * 1024 * 1024)
{
    private readonly Lock gate = new();
    private readonly List<EventRecord> records = [];
    private int oldest;
    private long bytes;
    private bool isLive;
    private EventId start;
    private long startOldestKept;
    private long reachesBackTo;
    private EventLogAnchor anchor = EventLogAnchor.None;

    public EventSignal Changed { get; } = new();

    /// <summary>Epoch, number and look of the newest record known; none before the first start.</summary>
    public EventLogAnchor Anchor
    {
        get { lock (gate) return anchor; }
    }

    public bool IsLive
    {
        get { lock (gate) return isLive; }
    }

    /// <summary>Begins at a place of the log, without records: a cold start, another epoch, or a jump to the tail.</summary>
    public void StartAt(EventLogAnchor place, long oldestKept)
    {
        lock (gate)
        {
            records.Clear();
            oldest = 0;
            bytes = 0;
            if (!isLive || place.Epoch != anchor.Epoch)
                (start, startOldestKept) = (new EventId(place.Epoch, place.Last), oldestKept);
            anchor = place;
            reachesBackTo = place.Last;
            isLive = true;
        }
    }

    /// <summary>Nobody feeds the ring any more; readers must not take its silence for news.</summary>
    public void Stop()
    {
        lock (gate)
        {
            records.Clear();
            oldest = 0;
            bytes = 0;
            isLive = false;
        }
    }

    /// <summary>The caller has checked that the record follows the newest.</summary>
    public void Append(EventRecord record)
    {
        lock (gate)
        {
            records.Add(record);
            bytes += record.Size;
            anchor = new EventLogAnchor(record.Epoch, record.Last, record.Head);
            while (records.Count - oldest > maxRecords || (bytes > maxBytes && records.Count - oldest > 1))
                DropOldest();
        }
    }

    public bool Holds(EventRecord record)
    {
        lock (gate)
        {
            var index = IndexAfter(record.First - 1);
            return index < records.Count && records[index].IsSameAs(record);
        }
    }

    public RingView After(EventId cursor, int max)
    {
        lock (gate)
        {
            // The reader may have seen a new epoch in the log before the pump has: what the ring holds is older than its place.
            if (!isLive || cursor.Epoch > anchor.Epoch)
                return new RingView.Behind();
            if (cursor.Epoch < anchor.Epoch)
                return new RingView.OtherEpoch(start, startOldestKept);
            if (cursor.Sequence < reachesBackTo)
                return new RingView.Behind();
            var index = IndexAfter(cursor.Sequence);
            return new RingView.Records(records.GetRange(index, Math.Min(max, records.Count - index)));
        }
    }

    private void DropOldest()
    {
        reachesBackTo = records[oldest].Last;
        bytes -= records[oldest].Size;
        oldest++;
        // The dropped ones leave in one move now and then, not each for itself.
        if (oldest < 1024 && oldest < records.Count / 2)
            return;
        records.RemoveRange(0, oldest);
        oldest = 0;
    }

    private int IndexAfter(long sequence)
    {
        var (low, high) = (oldest, records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (records[middle].Last > sequence)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
