using Hangfire.Common;
using Hangfire.Storage.Monitoring;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Storage.Stock;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>Reads pages of ids, and the jobs of a page in one round trip.</summary>
internal sealed class JobPages(RedisClient redis)
{
    private readonly JobHashes hashes = new(redis);

    /// <summary>In order; null where the job is gone.</summary>
    public IEnumerable<(string Id, StoredJob? Job)> Read(IEnumerable<string> ids) =>
        hashes.Read(ids).Select(found => (found.Id, StoredJob.Read(found.Id, found.Hash)));

    /// <summary>The dashboard shows a row without a value as expired.</summary>
    public JobList<T> List<T>(IEnumerable<string> ids, Func<PageRow, T> show) where T : class =>
        new(Read(ids).Select(job => new KeyValuePair<string, T>(job.Id, job.Job is { } stored ? show(PageRow.Of(stored, redis)) : null!)));

    public IEnumerable<string> Range(RedisKey set, int from, int count, Order order) =>
        count <= 0 ? [] : redis.SortedSetRangeByRank(set, from, from + count - 1, order).Select(id => id.ToString());
}

/// <summary>A job on a page: what was read, the Hangfire job or why there is none, and the data of its current state.</summary>
internal sealed record PageRow(StoredJob Stored, Job? Job, JobLoadException? Problem, Dictionary<string, string> Data)
{
    public JobRecord Record => Stored.Record;

    public string? Reason => Record.History[^1].Reason;

    public bool IsIn(string state) => Stored.State == state;

    /// <summary>When the job entered its state.</summary>
    public DateTime? Since => Record.History[^1].At.UtcDateTime;

    public static PageRow Of(StoredJob stored, RedisClient redis)
    {
        var (job, problem) = stored.Load();
        return new PageRow(stored, job, problem, DataOf(stored, redis));
    }

    // What a stock server has written since stands in a key of its own.
    private static Dictionary<string, string> DataOf(StoredJob stored, RedisClient redis)
    {
        var history = stored.Record.History;
        var isStocks = stored.State is not null && history[^1].State != stored.State;
        return (isStocks ? StockState.Read(redis, stored.Record.Id)?.Data as Dictionary<string, string> : null)
            ?? StateDetails.Of(stored.Record, history.Count - 1);
    }
}
