using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Events;

/// <summary>The event log in Redis.</summary>
internal sealed class EventLogStore(RedisClient redis) : IDisposable
{
    private const int MaxRecordsPerRead = 64;
    private const int MaxBytesPerRead = 512 * 1024;

    private readonly RedisScript read = RedisScript.Load("read_events", allowOutOfMemory: true);
    private readonly RedisScript trim = RedisScript.Load("trim_events", allowOutOfMemory: true);

    // Clients that resume all at once take turns: memory is bounded by so many pages.
    private readonly SemaphoreSlim turns = new(4);

    /// <summary>Records that end after the number; at most one page, see <see cref="EventLogPage.HasMore"/>.</summary>
    public async Task<EventLogPage> ReadAfterAsync(long after, EventLogAnchor known, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await RunReadAsync(after, MaxRecordsPerRead, known);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Where the log stands, without its records.</summary>
    public Task<EventLogPage> ReadEndsAsync(EventLogAnchor known) => RunReadAsync(0, 0, known);

    /// <summary>Removes up to <paramref name="maxRecords"/> records that are due; gives how many, and where the log stands.</summary>
    public async Task<(int Removed, EventLogAnchor Newest)> TrimAsync(TimeSpan retention, int maxEvents, int maxRecords, EventLogAnchor known)
    {
        var reply = (RedisResult[])(await trim.RunAsync(redis, LogKeys(),
            [(long)retention.TotalMilliseconds, maxEvents, maxRecords, known.Epoch, known.Last, known.Head]))!;
        return ((int)reply[0], new EventLogAnchor((long)reply[1], (long)reply[2], (byte[]?)reply[3] ?? []));
    }

    private async Task<EventLogPage> RunReadAsync(long after, int maxRecords, EventLogAnchor known)
    {
        var reply = (RedisResult[])(await read.RunAsync(redis, LogKeys(),
            [after, maxRecords, MaxBytesPerRead, known.Epoch, known.Last, known.Head]))!;
        var newest = new EventLogAnchor((long)reply[0], (long)reply[2], (byte[]?)reply[4] ?? []);
        // What is no record, or bears another number than its score, was written by hand; readers must get past it.
        EventRecord[] records = [.. reply[6..]
            .Select(r => EventRecord.TryRead(newest.Epoch, (byte[]?)r ?? []))
            .OfType<EventRecord>().Where(r => r.Last > after)];
        return new EventLogPage(newest, EpochStart: (long)reply[1], OldestKept: (long)reply[3], records, HasMore: records.Length > 0 && (long)reply[5] == 1);
    }

    private RedisKey[] LogKeys() => [redis.Keys.EventLog, redis.Keys.EventEpoch, redis.Keys.EventSequence];

    public void Dispose() => turns.Dispose();
}
