namespace Scheduler.Jobs.Events;

/// <summary>The newest record a reader has seen; the log must still hold it or have trimmed it, else it began anew.</summary>
/// <param name="Last">Number of its last event.</param>
/// <param name="Head">Its first bytes; empty where the number alone is known.</param>
internal sealed record EventLogAnchor(long Epoch, long Last, byte[] Head)
{
    public static readonly EventLogAnchor None = new(0, 0, []);
}

/// <summary>A stretch of the log, with the log's ends at that moment.</summary>
/// <param name="Newest">The log's newest event and its record.</param>
/// <param name="EpochStart">Number of the last event before this epoch; 0 where the log was empty.</param>
/// <param name="OldestKept">Number of the oldest event kept; one beyond the newest in an empty log.</param>
/// <param name="HasMore">More records follow these.</param>
internal sealed record EventLogPage(EventLogAnchor Newest, long EpochStart, long OldestKept, IReadOnlyList<EventRecord> Records, bool HasMore)
{
    public long Epoch => Newest.Epoch;

    public EventId OldestKeptId => new(Epoch, OldestKept);

    /// <summary>Where readers of an earlier epoch go on.</summary>
    public EventLogAnchor Restart => new(Epoch, EpochStart, []);

    /// <summary>True where events after the number existed and none of them can be read any more.</summary>
    public bool HasLostAllAfter(long sequence) => Records.Count == 0 && Newest.Last > sequence;
}
