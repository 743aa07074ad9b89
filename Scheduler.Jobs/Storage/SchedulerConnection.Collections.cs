using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

internal sealed partial class SchedulerConnection
{
    public override HashSet<string> GetAllItemsFromSet(string key) => [.. Read(key).SortedSetRangeByRank(Named(key)).Select(v => v.ToString())];

    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

    public override List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (toScore < fromScore)
            throw new ArgumentException("The highest score is below the lowest.", nameof(toScore));
        return [.. Read(key).SortedSetRangeByScore(Named(key), fromScore, toScore, count).Select(v => v.ToString())];
    }

    public override long GetSetCount(string key) => Read(key).SortedSetLength(Named(key));

    public override long GetSetCount(IEnumerable<string> keys, int limit)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return Math.Min(keys.Distinct(StringComparer.Ordinal).Sum(GetSetCount), limit);
    }

    public override bool GetSetContains(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Read(key).SortedSetScore(Named(key), value) is not null;
    }

    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) =>
        [.. Read(key).SortedSetRangeByRank(Named(key), startingFrom, endingAt).Select(v => v.ToString())];

    public override TimeSpan GetSetTtl(string key) => TimeToLive(key);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        using var transaction = CreateWriteTransaction();
        transaction.SetRangeInHash(key, keyValuePairs);
        transaction.Commit();
    }

    public override Dictionary<string, string>? GetAllEntriesFromHash(string key)
    {
        var entries = Read(key).HashGetAll(Named(key)).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        if (ScheduleWrites.IdOf(key) is { } scheduleId && ScheduleFields.IsMadeByApi(entries))
            Memory.HasReadScheduleOfApi(scheduleId);
        return entries.Count == 0 ? null : entries;
    }

    public override string? GetValueFromHash(string key, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Read(key).HashGet(Named(key), name);
    }

    public override long GetHashCount(string key) => Read(key).HashLength(Named(key));

    public override TimeSpan GetHashTtl(string key) => TimeToLive(key);

    public override long GetListCount(string key) => Read(key).ListLength(Named(key));

    public override List<string> GetAllItemsFromList(string key) => GetRangeFromList(key, 0, -1);

    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt) =>
        [.. Read(key).ListRange(Named(key), startingFrom, endingAt).Select(v => v.ToString())];

    public override TimeSpan GetListTtl(string key) => TimeToLive(key);

    public override long GetCounter(string key) => (long?)Read(key).Database.StringGet(Named(key)) ?? 0;

    // As the stock package: zero where there is no key, or one that stays.
    private TimeSpan TimeToLive(string key) => Read(key).Database.KeyTimeToLive(Named(key)) ?? TimeSpan.Zero;

    private RedisKey Named(string key) => Keys.Named(key);

    private RedisClient Read(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        FlushCreated();
        return Redis;
    }
}
