using System.Globalization;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Search;

/// <summary>Asks the store which of some jobs fit a filter: the one place that decides it, whatever index the ids come from.</summary>
internal static class JobMatcher
{
    /// <summary>The most ids of one call: one to three milliseconds of the store's time.</summary>
    public const int MaxIds = 1000;

    private static readonly RedisScript MatchJobs = RedisScript.LoadReader("match_jobs");

    private static readonly RedisScript MatchList = RedisScript.LoadReader("match_list");

    /// <summary>The ids that fit, in order.</summary>
    public static async Task<string[]> MatchAsync(RedisClient redis, JobFilter filter, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        return (string[])(await MatchJobs.RunAsync(redis, [], [.. Arguments(filter), .. ids.Select(id => (RedisValue)id)]).WaitAsync(cancellationToken))!;
    }

    /// <summary>Those of the list at the position, or of the next older one that there is, newest first. Null = there is none.</summary>
    /// <param name="most">Ids to give.</param>
    public static async Task<IndexList?> MatchListAsync(RedisClient redis, JobFilter filter, IndexPosition position, int most, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [.. Arguments(filter), position.List ?? RedisValue.EmptyString, position.Id ?? "", most];
        return IndexList.Read(await MatchList.RunAsync(redis, [], arguments).WaitAsync(cancellationToken));
    }

    private static IEnumerable<RedisValue> Arguments(JobFilter filter) =>
    [
        filter.State ?? "", filter.Queue ?? "", filter.Type ?? "", filter.RecurringId ?? "", filter.Worker ?? "", filter.Fingerprint ?? "",
        Ms(filter.CreatedAfter), Ms(filter.CreatedBefore),
        filter.Tags.Count, .. filter.Tags.Select(t => (RedisValue)t),
        filter.Words.Count, .. filter.Words.Select(w => (RedisValue)w.ToLower(CultureInfo.InvariantCulture)),
    ];

    private static RedisValue Ms(DateTimeOffset? instant) => instant is { } at ? at.ToUnixTimeMilliseconds() : RedisValue.EmptyString;
}
