using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Search;

/// <summary>
/// What a range of creation times says of ids, which begin with the instant at which a node made them. Node clocks differ from the store's,
/// and a schedule's jobs carry their nominal instant, so that this only narrows the search; the store's own instant decides.
/// </summary>
internal static class TimeBounds
{
    private const int LengthOfOurs = 26;
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>No job of the filter has a greater id; null where the filter has no upper bound.</summary>
    public static string? Highest(JobFilter filter) => filter.CreatedBefore is { } before ? JobId.LowestAt(before + Slack) : null;

    /// <summary>True where this id, and so every lesser one, is too old for the filter. Ids of a stock client say nothing.</summary>
    public static bool IsPassed(JobFilter filter, string id) =>
        filter.CreatedAfter is { } after && id.Length == LengthOfOurs && string.CompareOrdinal(id, JobId.LowestAt(after - Slack)) < 0;
}
