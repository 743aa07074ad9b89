using System.Globalization;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <param name="Ids">Newest first.</param>
internal sealed record IndexList(long Number, IReadOnlyList<string> Ids);

/// <summary>A place in the list of all jobs.</summary>
/// <param name="List">Number of the list; null = the newest, or unknown.</param>
/// <param name="Id">The job after which to go on; null = at the list's first.</param>
internal readonly record struct IndexPosition(long? List, string? Id)
{
    /// <summary>Reads <c>list.id</c>, <c>list.</c>, or an id alone, as pages that do not come from the index give it.</summary>
    public static IndexPosition Read(string? text)
    {
        if (text is null)
            return default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var list)
            ? new IndexPosition(list, dot + 1 < text.Length ? text[(dot + 1)..] : null)
            : new IndexPosition(null, text);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{List}.{Id}");
}

/// <summary>
/// The index of all jobs: numbered lists of about a thousand ids in order of arrival, of which the sweeper writes those anew that
/// name mostly jobs that are gone. Within a list jobs are shown by id, that is by creation.
/// </summary>
internal static class JobIndex
{
    private static readonly RedisScript ReadIndex = RedisScript.LoadReader("read_index");
    private static readonly RedisScript TrimIndex = RedisScript.Load("trim_index", allowOutOfMemory: true);

    /// <summary>The ids from a position on, up to the end of its list, or of the next older list that there is. Null = none.</summary>
    public static async Task<IndexList?> ReadAsync(RedisClient redis, IndexPosition position, CancellationToken cancellationToken)
    {
        var reply = await ReadIndex.RunAsync(redis, [], [position.List ?? RedisValue.EmptyString]).WaitAsync(cancellationToken);
        if (reply.Length == 0)
            return null;
        var number = (long)reply[0];
        // In an older list than the position's own, all follow it; of an unknown position only the id tells.
        var after = position.List is null || position.List == number ? position.Id : null;
        return new IndexList(number, [.. Enumerable.Range(1, reply.Length - 1).Select(i => (string)reply[i]!)
            .Where(id => after is null || string.CompareOrdinal(id, after) < 0).OrderDescending(StringComparer.Ordinal)]);
    }

    /// <summary>The place of the newest list in which an id not greater than the bound may be: the newest of all without a bound.</summary>
    public static async Task<IndexPosition> FindAsync(RedisClient redis, string? bound, CancellationToken cancellationToken)
    {
        if (bound is null)
            return default;
        var (low, high) = (0L, await redis.Database.SortedSetLengthAsync(redis.Keys.FullJobLists).WaitAsync(cancellationToken));
        // Of the full lists, oldest first, those before low have an id below the bound; the one after the last of these may still mix.
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (await OldestOfAsync(redis, middle, cancellationToken) is { } oldest && string.CompareOrdinal(oldest, bound) > 0)
                high = middle;
            else
                low = middle + 1;
        }
        var next = await redis.Database.SortedSetRangeByRankAsync(redis.Keys.FullJobLists, low, low).WaitAsync(cancellationToken);
        return next.Length == 0 ? default : new IndexPosition((long)next[0], null);
    }

    private static async Task<string?> OldestOfAsync(RedisClient redis, long rank, CancellationToken cancellationToken)
    {
        var number = await redis.Database.SortedSetRangeByRankAsync(redis.Keys.FullJobLists, rank, rank).WaitAsync(cancellationToken);
        if (number.Length == 0)
            return null;
        return await redis.Database.ListGetByIndexAsync(redis.Keys.FullJobList((long)number[0]), -1).WaitAsync(cancellationToken);
    }

    /// <summary>Looks at the list after the given one for jobs that are gone. Gives its number (0 = it was the newest) and the ids forgotten.</summary>
    public static async Task<(long Number, int Forgotten)> TrimAsync(RedisClient redis, long after, CancellationToken cancellationToken)
    {
        var reply = await TrimIndex.RunAsync(redis, [], [after]).WaitAsync(cancellationToken);
        return ((long)reply[0], (int)reply[1]);
    }
}
