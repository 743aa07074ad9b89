using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Search;

/// <summary>
/// Keeps every process of one mind about the optional indexes: how they stand is in Redis, and each looks every few seconds. An index that is
/// switched on is written for new jobs at once; when all processes know of it, one of them goes through the jobs there are, and only then
/// is it used. One that is switched off is used no more at once, and removed when nobody writes it any more.
/// </summary>
internal sealed partial class IndexKeeper(RedisClient redis, IOptions<SearchOptions> options, TimeProvider time, ILogger<IndexKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>After this time every process has looked; and one whose node has worked no further for so long is given up.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    private const string Nobody = "-";
    private const int Batch = 200;

    private static readonly RedisScript ChangeIndex = RedisScript.Load("change_index");
    private static readonly RedisScript IndexJobs = RedisScript.Load("index_jobs");

    private readonly string node = JobId.New(time);

    /// <summary>Before anything of this process writes a job.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Indexes.Count > 0)
            await TryAsync(() => ConfigureAsync(cancellationToken));
        await TryAsync(() => LookAsync(cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync(() => WorkAsync(Settled, stoppingToken));
    }

    /// <summary>Switches on what is configured and off what is not.</summary>
    internal async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        var stands = await LookAsync(cancellationToken);
        foreach (var field in IndexState.Fields)
        {
            var (wanted, now) = (options.Value.Indexes.Contains(field), stands.GetValueOrDefault(field, ""));
            var isOn = now.Length > 0 && !now.StartsWith(IndexState.Dropping, StringComparison.Ordinal);
            if (wanted != isOn)
                await ChangeAsync(field, now, wanted ? IndexState.Building : IndexState.Dropping, Nobody, cancellationToken);
        }
        await LookAsync(cancellationToken);
    }

    /// <summary>Looks how the indexes stand, and does what is due for one that changes.</summary>
    internal async Task WorkAsync(TimeSpan settled, CancellationToken cancellationToken)
    {
        var changing = (await LookAsync(cancellationToken)).Where(e => e.Value != IndexState.Whole).ToList();
        if (changing.Count == 0)
            return;
        var settledBefore = (await redis.NowAsync(cancellationToken) - settled).ToUnixTimeMilliseconds();
        var building = new List<string>();
        foreach (var (field, value) in changing)
        {
            if (value.Split(' ') is not [var what, var since, _] || long.Parse(since, CultureInfo.InvariantCulture) > settledBefore)
                continue;
            if (!await ChangeAsync(field, value, what, node, cancellationToken))
                continue;
            if (what == IndexState.Building)
                building.Add(field);
            else
                await DropAsync(field, cancellationToken);
        }
        if (building.Count > 0)
            await BuildAsync(building, cancellationToken);
    }

    private async Task<Dictionary<string, string>> LookAsync(CancellationToken cancellationToken)
    {
        var entries = await redis.HashGetAllAsync(redis.Keys.SearchIndexes).WaitAsync(cancellationToken);
        redis.Indexes = IndexState.Read(entries);
        return entries.Where(e => IndexState.Fields.Contains(e.Name.ToString())).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
    }

    // One walk for all of them.
    private async Task BuildAsync(List<string> fields, CancellationToken cancellationToken)
    {
        var (begun, jobs, noted) = (time.GetTimestamp(), 0L, time.GetTimestamp());
        for (long? next = null; await JobIndex.ReadAsync(redis, next, cancellationToken) is { } list; next = list.Number - 1)
        {
            foreach (var chunk in list.Ids.Chunk(Batch))
                await IndexJobs.RunAsync(redis, [], [.. chunk.Select(id => (RedisValue)id)]).WaitAsync(cancellationToken);
            jobs += list.Ids.Count;
            // crash point: built in part; another node begins anew when this one has not said for a while that it goes on
            if (time.GetElapsedTime(noted) <= Period)
                continue;
            await KeepAsync(fields, IndexState.Building, cancellationToken);
            if (fields.Count == 0)
                return;
            noted = time.GetTimestamp();
        }
        await KeepAsync(fields, IndexState.Whole, cancellationToken);
        if (fields.Count > 0)
            LogBuilt(string.Join(", ", fields), jobs, time.GetElapsedTime(begun).TotalSeconds);
        await LookAsync(cancellationToken);
    }

    private async Task KeepAsync(List<string> fields, string next, CancellationToken cancellationToken)
    {
        foreach (var field in fields.ToArray())
        {
            if (!await GoOnAsync(field, next, cancellationToken))
                fields.Remove(field);
        }
    }

    private async Task DropAsync(string field, CancellationToken cancellationToken)
    {
        var pattern = redis.Keys.IndexedBy(field, "").ToString().Replace("[", "\\[", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal) + "*";
        foreach (var server in redis.Connection.GetServers().Where(s => s.IsConnected && !s.IsReplica))
        {
            await foreach (var key in server.KeysAsync(redis.Database.Database, pattern, pageSize: 1000).WithCancellation(cancellationToken))
                await redis.Database.ExecuteAsync("UNLINK", key).WaitAsync(cancellationToken);
        }
        await GoOnAsync(field, "", cancellationToken);
        LogDropped(field);
    }

    // False where somebody else has taken it over, or it was configured otherwise.
    private async Task<bool> GoOnAsync(string field, string next, CancellationToken cancellationToken)
    {
        var now = (await redis.HashGetAsync(redis.Keys.SearchIndexes, field).WaitAsync(cancellationToken)).ToString();
        return now.EndsWith(" " + node, StringComparison.Ordinal) && await ChangeAsync(field, now, next, node, cancellationToken);
    }

    private async Task<bool> ChangeAsync(string field, string from, string to, string by, CancellationToken cancellationToken) =>
        (int)await ChangeIndex.RunAsync(redis, [redis.Keys.SearchIndexes], [field, from, to, by]).WaitAsync(cancellationToken) == 1;

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogSkipped(e.Message);
        }
    }

    [LoggerMessage(1410, LogLevel.Information, "The search index by {Field} is ready: {Jobs} jobs in {Seconds:0.0} s.")]
    private partial void LogBuilt(string field, long jobs, double seconds);

    [LoggerMessage(1411, LogLevel.Information, "The search index by {Field} is removed.")]
    private partial void LogDropped(string field);

    [LoggerMessage(1412, LogLevel.Debug, "The search indexes were not looked at, Redis does not answer: {Reason}")]
    private partial void LogSkipped(string reason);
}
