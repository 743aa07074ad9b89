using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Search;

/// <summary>
/// Lists jobs by a filter, newest first. Ids come from the narrowest index there is: a dead-letter group, a schedule, a tag, a state that
/// few jobs are in; else from the index of all jobs, of which one call looks at no more than its time allows.
/// </summary>
internal sealed class JobSearch(RedisClient redis, JobReader reader, TimeProvider time)
{
    /// <summary>A state held by at most this many jobs is listed from its own index, all ids at once.</summary>
    private const int SmallState = 10_000;

    /// <summary>After this time a call hands out what it found, with a cursor: with the last look and the reading it stays under 100 ms.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(70);

    public async Task<Page<JobRecord>> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var ids = await FindAsync(query, cancellationToken);
        var jobs = await reader.ReadManyAsync([.. ids.Items.Select(id => (RedisValue)id)]).WaitAsync(cancellationToken);
        return new Page<JobRecord>(jobs, ids.NextCursor) { IsPartial = ids.IsPartial };
    }

    /// <summary>As <see cref="ListAsync"/>, the ids alone.</summary>
    public async Task<Page<string>> FindAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var set = await SetForAsync(query.Filter, cancellationToken);
        if (set is not { Size: <= SmallState } && await FewIdsOfStateAsync(query.Filter, cancellationToken) is { } few)
            return await FromIdsAsync(few, query, cancellationToken);
        return set is { } narrow ? await FromSetAsync(narrow.Key, query, cancellationToken) : await FromIndexAsync(query, cancellationToken);
    }

    /// <summary>The smallest set of ids that holds all jobs of the filter; null where none does.</summary>
    private async Task<(RedisKey Key, long Size)?> SetForAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        if (filter.Fingerprint is { } print)
            return (redis.Keys.DeadLettersOf(print), 0);
        List<RedisKey> sets = [.. filter.Tags.Select(redis.Keys.Tag)];
        if (filter.RecurringId is { } recurring)
            sets.Add(redis.Keys.Runs(recurring));
        var optional = new[] { ("queue", filter.Queue), ("state", filter.State), ("type", filter.Type), ("worker", filter.Worker) };
        sets.AddRange(optional.Where(o => o.Item2 is not null && redis.Indexes.Ready.Contains(o.Item1)).Select(o => redis.Keys.IndexedBy(o.Item1, o.Item2!)));
        if (sets.Count == 0)
            return null;
        var sizes = await Task.WhenAll(sets.Select(set => redis.SortedSetLengthAsync(set))).WaitAsync(cancellationToken);
        return (sets[Array.IndexOf(sizes, sizes.Min())], sizes.Min());
    }

    private async Task<Page<string>> FromSetAsync(RedisKey set, JobQuery query, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(query.Limit, time);
        var look = FirstLook(query);
        var bounds = await TimeBounds.ReadAsync(redis, query.Filter, cancellationToken);
        // The bound itself may be a job of the range.
        RedisValue cursor = IndexPosition.Read(query.Cursor).Id ?? (bounds?.Highest is { } highest ? highest + "\0" : RedisValue.Null);
        while (true)
        {
            var ids = await redis.SortedSetRangeBeforeAsync(set, cursor, look).WaitAsync(cancellationToken);
            string[] chunk = [.. ids.Select(id => (string)id!)];
            if (gathering.Add(await JobMatcher.MatchAsync(redis, query.Filter, chunk, cancellationToken)))
                return gathering.ToPage(gathering.Last);
            if (chunk.Length < look || bounds?.IsPassed(chunk[^1]) == true)
                return gathering.ToPage(null);
            look = JobMatcher.MaxIds;
            cursor = ids[^1];
            if (gathering.IsOverTime)
                return gathering.ToPage(chunk[^1]);
        }
    }

    private async Task<Page<string>> FromIdsAsync(IEnumerable<string> ids, JobQuery query, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(query.Limit, time);
        var cursor = IndexPosition.Read(query.Cursor).Id;
        var ordered = ids.Where(id => cursor is null || string.CompareOrdinal(id, cursor) < 0).Distinct().OrderDescending(StringComparer.Ordinal);
        foreach (var chunk in ordered.Chunk(FirstLook(query)))
        {
            if (gathering.Add(await JobMatcher.MatchAsync(redis, query.Filter, chunk, cancellationToken)))
                return gathering.ToPage(gathering.Last);
            if (gathering.IsOverTime)
                return gathering.ToPage(chunk[^1]);
        }
        return gathering.ToPage(null);
    }

    private async Task<Page<string>> FromIndexAsync(JobQuery query, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(query.Limit, time);
        var bounds = await TimeBounds.ReadAsync(redis, query.Filter, cancellationToken);
        IndexPosition? position = bounds is null ? IndexPosition.Read(query.Cursor) : bounds.From(IndexPosition.Read(query.Cursor));
        while (position is { } from && await JobMatcher.MatchListAsync(redis, query.Filter, from, gathering.Room + 1, cancellationToken) is { } list)
        {
            if (gathering.Add(list.Ids))
                return gathering.ToPage(new IndexPosition(list.Number, gathering.Last).ToString());
            var next = new IndexPosition(list.Number - 1, null);
            position = bounds is null ? next : bounds.From(next);
            if (gathering.IsOverTime)
                return gathering.ToPage(position?.ToString());
        }
        return gathering.ToPage(null);
    }

    /// <summary>Most pages are full after a few jobs more than they show.</summary>
    private static int FirstLook(JobQuery query) => Math.Clamp(4 * query.Limit, 200, JobMatcher.MaxIds);

    private async Task<IEnumerable<string>?> FewIdsOfStateAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        if (filter.State is null or JobStates.Enqueued or JobStates.Awaiting)
            return null;
        var index = filter.State switch
        {
            JobStates.Processing => redis.Keys.Leases,
            JobStates.Scheduled => redis.Keys.Schedule,
            var state => redis.Keys.Final(state),
        };
        if (await redis.SortedSetLengthAsync(index).WaitAsync(cancellationToken) > SmallState)
            return null;
        return (await redis.SortedSetRangeByRankAsync(index).WaitAsync(cancellationToken)).Select(m => ScheduleMember.JobIdOf(m!));
    }

    /// <summary>Fills one page, and watches the time.</summary>
    private sealed class Gathering(int limit, TimeProvider time)
    {
        private readonly long start = time.GetTimestamp();
        private readonly List<string> found = [];

        public string Last => found[^1];

        public int Room => limit - found.Count;

        public bool IsOverTime => time.GetElapsedTime(start) > Patience;

        /// <summary>True where the page is full and more may follow.</summary>
        public bool Add(IReadOnlyCollection<string> ids)
        {
            var room = Room;
            found.AddRange(ids.Take(room));
            return ids.Count > room;
        }

        /// <summary>A page that is not full though more may follow is partial.</summary>
        public Page<string> ToPage(string? cursor) => new(found, cursor) { IsPartial = cursor is not null && found.Count < limit };
    }
}
