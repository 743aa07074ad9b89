using System.Globalization;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using StackExchange.Redis;

namespace Scheduler.Jobs.Bulk;

/// <summary>Bulk operations: begun here, carried on by <see cref="BulkRunner"/> on any node, kept a week after their end.</summary>
internal sealed class BulkStore(RedisClient redis, JobCounter counter, BulkSignal signal, TimeProvider time)
{
    private const int Listed = 100;

    private static readonly RedisScript CreateBulk = RedisScript.Load("create_bulk");
    private static readonly RedisScript StopBulk = RedisScript.Load("stop_bulk", allowOutOfMemory: true);

    /// <summary>
    /// The filter as the operation will use it: a requeue without a state means failed jobs, and jobs made after this moment are left alone.
    /// </summary>
    public async Task<JobFilter> NarrowAsync(string action, JobFilter filter, CancellationToken cancellationToken)
    {
        // By the store's clock, which dates the jobs; those of this very millisecond belong to it.
        var clock = await redis.NowAsync(cancellationToken);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.ToUnixTimeMilliseconds() + 1);
        return filter with
        {
            State = filter.State ?? (action == BulkActions.Requeue ? JobStates.Failed : null),
            CreatedBefore = filter.CreatedBefore is { } before && before < now ? before : now,
        };
    }

    public async Task<BulkOperation> StartAsync(BulkRequest request, CancellationToken cancellationToken)
    {
        var filter = await NarrowAsync(request.Action, request.Filter, cancellationToken);
        var count = await counter.CountAsync(filter, cancellationToken);
        var id = JobId.New(time);
        await CreateAsync(id, [], request.Action, FilterText.Write(filter), request.Rate, count, request.By, null, cancellationToken);
        return (await GetAsync(id, cancellationToken))!;
    }

    /// <summary>Null where the operation cannot be taken back.</summary>
    public async Task<BulkOperation?> UndoAsync(BulkOperation source, string? by, CancellationToken cancellationToken)
    {
        var id = JobId.New(time);
        RedisKey[] keys = [redis.Keys.Bulk(source.Id), redis.Keys.BulkUndo(source.Id)];
        var isBegun = await CreateAsync(id, keys, BulkActions.Undo, "", source.Rate, new JobCount(source.Done, true), by, source.Id, cancellationToken);
        return isBegun ? await GetAsync(id, cancellationToken) : null;
    }

    public async Task<BulkOperation?> GetAsync(string id, CancellationToken cancellationToken) =>
        Read(id, await redis.HashGetAllAsync(redis.Keys.Bulk(id)).WaitAsync(cancellationToken));

    /// <summary>The newest hundred, newest first.</summary>
    public async Task<IReadOnlyList<BulkOperation>> ListAsync(CancellationToken cancellationToken)
    {
        var ids = await redis.SortedSetRangeByRankAsync(redis.Keys.BulkOperations, 0, Listed - 1, Order.Descending).WaitAsync(cancellationToken);
        var hashes = await Task.WhenAll(ids.Select(id => redis.HashGetAllAsync(redis.Keys.Bulk(id!)))).WaitAsync(cancellationToken);
        return [.. ids.Select((id, i) => Read(id!, hashes[i])).OfType<BulkOperation>()];
    }

    /// <summary>What was already done stays done.</summary>
    public async Task<BulkStop> StopAsync(string id, CancellationToken cancellationToken) =>
        (BulkStop)(int)await StopBulk.RunAsync(redis, [redis.Keys.Bulk(id)], [id]).WaitAsync(cancellationToken);

    internal static BulkOperation? Read(string id, HashEntry[] entries)
    {
        var fields = entries.ToDictionary(e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
        if (!fields.TryGetValue("Action", out var action))
            return null;
        var rate = (int)Number("Rate");
        return new BulkOperation(id, action, fields["Filter"], rate == 0 ? null : rate, fields["State"], Number("Matched"), Number("Whole") == 1,
            Number("Done"), Number("Skipped"), Text("By"), Instant("CreatedAt")!.Value, Instant("StartedAt"), Instant("FinishedAt"), fields["Position"],
            Text("Undoes"), Text("UndoneBy"));

        string? Text(string name) => fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        long Number(string name) => long.TryParse(Text(name), CultureInfo.InvariantCulture, out var value) ? value : 0;

        DateTimeOffset? Instant(string name) => Text(name) is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(Number(name));
    }

    private async Task<bool> CreateAsync(string id, RedisKey[] sourceKeys, string action, string filter, int? rate, JobCount count, string? by,
        string? undoes, CancellationToken cancellationToken)
    {
        RedisValue[] fields =
        [
            "Action", action, "Filter", filter, "Rate", rate ?? 0, "Matched", count.Jobs, "Whole", count.IsWhole ? 1 : 0, "By", by ?? "", "Undoes", undoes ?? "",
        ];
        var begun = (int)await CreateBulk.RunAsync(redis, [redis.Keys.Bulk(id), .. sourceKeys], [id, .. fields]).WaitAsync(cancellationToken) == 1;
        signal.Raise();
        return begun;
    }
}

/// <summary>What became of the wish to stop an operation.</summary>
internal enum BulkStop
{
    NotFound = 0,
    Stopped = 1,
    AlreadyFinal = 2,
}
