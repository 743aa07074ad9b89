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

    /// <summary>The ids that fit, in order.</summary>
    public static async Task<string[]> MatchAsync(RedisClient redis, JobFilter filter, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        RedisValue[] arguments =
        [
            filter.State ?? "", filter.Queue ?? "", filter.Type ?? "", filter.RecurringId ?? "", filter.Worker ?? "", filter.Fingerprint ?? "",
            Ms(filter.CreatedAfter), Ms(filter.CreatedBefore),
            filter.Tags.Count, .. filter.Tags.Select(t => (RedisValue)t),
            filter.Words.Count, .. filter.Words.Select(w => (RedisValue)w.ToLower(CultureInfo.InvariantCulture)),
            .. ids.Select(id => (RedisValue)id),
        ];
        return (string[])(await MatchJobs.RunAsync(redis, [], arguments).WaitAsync(cancellationToken))!;
    }

    private static RedisValue Ms(DateTimeOffset? instant) => instant is { } at ? at.ToUnixTimeMilliseconds() : RedisValue.EmptyString;
}
