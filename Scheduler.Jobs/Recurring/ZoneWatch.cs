using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>
/// Stored next instants were worked out by the time zone rules of their day. At start, and once a day, this compares the rules that
/// each used zone had with those it has here now, and works out anew what a changed zone's schedules fire next. An instant that is due already stays.
/// </summary>
internal sealed partial class ZoneWatch(
    RedisClient redis, ScheduleStore store, ScheduleReader reader, TimeProvider time, ILogger<ZoneWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromDays(1), RetryAfterOutage = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's start must not wait for Redis.
        await Task.Yield();
        try
        {
            while (true)
                await Task.Delay(await TryLookAsync(stoppingToken), time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Gives the zones whose rules have changed.</summary>
    internal async Task<IReadOnlyCollection<string>> LookAsync(CancellationToken cancellationToken)
    {
        // The files may have been replaced since this process read them.
        TimeZoneInfo.ClearCachedData();
        ZoneClock.ForgetAll();
        var now = time.GetUtcNow();
        var known = (await redis.HashGetAllAsync(redis.Keys.RecurringZones).WaitAsync(cancellationToken))
            .ToDictionary(e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
        var ids = await redis.SortedSetRangeByRankAsync(redis.Keys.RecurringJobs).WaitAsync(cancellationToken);
        var used = await ZonesOfAsync(ids, cancellationToken);
        var changed = used.Values.Distinct(StringComparer.Ordinal)
            .Select(zone => (Name: zone, Rules: ZoneRules.FingerprintOf(zone, now)))
            .Where(z => z.Rules is not null && known.GetValueOrDefault(z.Name) != z.Rules).ToDictionary(z => z.Name, z => z.Rules!, StringComparer.Ordinal);
        if (changed.Count == 0)
            return [];
        // What was compiled holds the old rules.
        reader.Forget();
        foreach (var (id, _) in used.Where(u => changed.ContainsKey(u.Value)))
            await store.RecomputeAsync(id, cancellationToken);
        await redis.Database.HashSetAsync(redis.Keys.RecurringZones, [.. changed.Select(z => new HashEntry(z.Key, z.Value))]).WaitAsync(cancellationToken);
        return changed.Keys;
    }

    private async Task<Dictionary<string, string>> ZonesOfAsync(RedisValue[] ids, CancellationToken cancellationToken)
    {
        var zones = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var page in ids.Chunk(ScheduleStore.MaxBatch))
        {
            var found = await Task.WhenAll(page.Select(id => redis.HashGetAsync(redis.Keys.RecurringJob(id.ToString()), ScheduleFields.TimeZoneId)))
                .WaitAsync(cancellationToken);
            for (var i = 0; i < page.Length; i++)
            {
                if (found[i] is { HasValue: true } zone && zone != TimeZoneInfo.Utc.Id)
                    zones[page[i].ToString()] = zone.ToString();
            }
        }
        return zones;
    }

    private async Task<TimeSpan> TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var changed = await LookAsync(cancellationToken);
            if (changed.Count > 0)
                LogChanged(string.Join(", ", changed));
            return LookEvery;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return RetryAfterOutage;
        }
    }

    [LoggerMessage(1504, LogLevel.Information, "Next instants of the schedules in these zones follow the rules that this machine has for them: {Zones}")]
    private partial void LogChanged(string zones);
}
