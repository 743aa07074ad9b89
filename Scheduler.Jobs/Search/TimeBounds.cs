using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Search;

/// <summary>
/// Where jobs that were created in a filter's range of time may be: in which lists of the index of all jobs, and between which ids elsewhere.
/// This only narrows the search; each job's own instant decides.
/// </summary>
internal sealed class TimeBounds
{
    private const int LengthOfOurs = 26;

    /// <summary>By which the clock of a node that made an id may differ from the store's, for lists of which nothing is noted yet.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    private readonly List<JobSpan> lists;
    private readonly string lowest;

    private TimeBounds(JobFilter filter, IEnumerable<JobSpan> all)
    {
        var (from, before) = (filter.CreatedAfter ?? DateTimeOffset.UnixEpoch, filter.CreatedBefore ?? DateTimeOffset.MaxValue);
        lists = [.. all.Where(list => list.MayHold(from.ToUnixTimeMilliseconds(), before.ToUnixTimeMilliseconds()))];
        if (lists.Count == 0)
        {
            (Highest, lowest) = ("", "");
            return;
        }
        Highest = filter.CreatedBefore is null ? null : lists.Select(list => list.Greatest ?? JobId.LowestAt(before + Slack)).Max(StringComparer.Ordinal);
        lowest = filter.CreatedAfter is null ? "" : lists.Select(list => list.Least ?? JobId.LowestAt(from - Slack)).Min(StringComparer.Ordinal)!;
    }

    /// <summary>No job of the range has a greater id; null = any may have.</summary>
    public string? Highest { get; }

    /// <summary>Null where the filter has no range of time.</summary>
    public static async Task<TimeBounds?> ReadAsync(RedisClient redis, JobFilter filter, CancellationToken cancellationToken) =>
        filter is { CreatedAfter: null, CreatedBefore: null } ? null : new TimeBounds(filter, await JobSpans.ReadAsync(redis, cancellationToken));

    /// <summary>True where this id, and so every lesser one, is none of the range's. Ids of a stock client say nothing.</summary>
    public bool IsPassed(string id) => id.Length == LengthOfOurs && string.CompareOrdinal(id, lowest) < 0;

    /// <summary>The next place, from this one on, where such a job may be; null = none.</summary>
    public IndexPosition? From(IndexPosition position)
    {
        if (position is { List: null, Id: not null })
            return position;
        var next = lists.FirstOrDefault(list => position.List is null || list.Number <= position.List);
        return next == default ? null : next.Number == position.List ? position : new IndexPosition(next.Number, null);
    }
}
