using System.Globalization;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>What is in one list of the index of all jobs; what is not known is as wide as it can be.</summary>
/// <param name="Earliest">None of its jobs was created before, Unix ms.</param>
/// <param name="Latest">None was created after, Unix ms.</param>
/// <param name="Least">No job of it has a lesser id; null = unknown.</param>
/// <param name="Greatest">No job of it has a greater id; null = unknown.</param>
internal readonly record struct JobSpan(long Number, long Earliest, long Latest, string? Least, string? Greatest)
{
    /// <summary>True where a job created at or after the one instant and before the other may be in it; Unix ms.</summary>
    public bool MayHold(long from, long before) => Earliest < before && Latest >= from;
}

/// <summary>
/// What is in the lists of the index of all jobs, as job_index.lua notes it. Instants are the store's own and ids those that nodes made, so
/// that neither a node's clock nor a job that came late (a large batch, another scheduler's job, a late firing) is mistaken.
/// </summary>
internal static class JobSpans
{
    private const string New = "new";

    /// <summary>One for each list, the newest first.</summary>
    public static async Task<IReadOnlyList<JobSpan>> ReadAsync(RedisClient redis, CancellationToken cancellationToken)
    {
        // Known beforehand, so that the reads are sent as they are written here: a list that fills up meanwhile is then seen as it grows
        // or as it is full, or both, and never not at all.
        var kind = await redis.KindAsync().AsTask().WaitAsync(cancellationToken);
        var growing = redis.ListRangeAsync(redis.Keys.JobList);
        // Of two scripts the second may run first, where the server does not know the first one's text yet.
        if (kind == ServerKind.Embedded)
            await growing.WaitAsync(cancellationToken);
        var full = redis.SortedSetRangeByRankAsync(redis.Keys.FullJobLists);
        var notes = (await redis.HashGetAllAsync(redis.Keys.JobSpans).WaitAsync(cancellationToken)).ToDictionary(n => n.Name.ToString(), n => n.Value.ToString());
        var numbers = (await full.WaitAsync(cancellationToken)).Select(n => (long)n).Union(notes.Keys.Where(k => k != New).Select(long.Parse)).OrderDescending().ToList();
        var first = Read((numbers.Count > 0 ? numbers[0] : 0) + 1, notes.GetValueOrDefault(New)) with { Latest = long.MaxValue };
        return [WithIds(first, await growing.WaitAsync(cancellationToken)), .. numbers.Select(n => Read(n, notes.GetValueOrDefault(n.ToString(CultureInfo.InvariantCulture))))];
    }

    private static JobSpan Read(long number, string? note) => note?.Split(' ') switch
    {
        [var earliest, var latest, .. var ids] => new JobSpan(number, Instant(earliest), Instant(latest), ids is [var least, _] ? least : null, ids is [_, var greatest] ? greatest : null),
        _ => new JobSpan(number, 0, long.MaxValue, null, null),
    };

    private static JobSpan WithIds(JobSpan span, RedisValue[] ids)
    {
        var texts = ids.Select(id => id.ToString()).ToArray();
        return span with { Least = texts.Min(StringComparer.Ordinal), Greatest = texts.Max(StringComparer.Ordinal) };
    }

    private static long Instant(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
