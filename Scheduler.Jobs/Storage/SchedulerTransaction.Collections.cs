using System.Globalization;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

internal sealed partial class SchedulerTransaction
{
    /// <summary>Fields of one operation; Lua cannot take any number at once.</summary>
    private const int ChunkSize = 500;

    private const string ScheduleSet = "schedule", RecurringSet = "recurring-jobs";

    public override void IncrementCounter(string key) => Count(key, 1, null);

    public override void IncrementCounter(string key, TimeSpan expireIn) => Count(key, 1, expireIn);

    public override void DecrementCounter(string key) => Count(key, -1, null);

    public override void DecrementCounter(string key, TimeSpan expireIn) => Count(key, -1, expireIn);

    public override void AddToSet(string key, string value) => AddToSet(key, value, 0);

    public override void AddToSet(string key, string value, double score)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (key == ScheduleSet && states.ContainsKey(ScheduleMember.JobIdOf(value)))
            return;
        if (key == RecurringSet && schedules.KeepsItsInstant(value))
            Add("index", value);
        else
            Add("zadd", key, score.ToString("R", CultureInfo.InvariantCulture), value);
        WakeRecurring(key);
    }

    public override void AddRangeToSet(string key, IList<string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
            AddToSet(key, item);
    }

    public override void RemoveFromSet(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Add("zrem", key, value);
        WakeRecurring(key);
    }

    public override void RemoveSet(string key) => OnKey("del", key);

    public override void ExpireSet(string key, TimeSpan expireIn) => Expire(key, expireIn);

    public override void PersistSet(string key) => Expire(key, null);

    public override void InsertToList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Add("lpush", key, value);
    }

    public override void RemoveFromList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Add("lrem", key, value);
    }

    public override void TrimList(string key, int keepStartingFrom, int keepEndingAt)
    {
        ArgumentNullException.ThrowIfNull(key);
        Add("ltrim", key, keepStartingFrom, keepEndingAt);
    }

    public override void ExpireList(string key, TimeSpan expireIn) => Expire(key, expireIn);

    public override void PersistList(string key) => Expire(key, null);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        foreach (var chunk in schedules.ToHash(key, keyValuePairs).Chunk(ChunkSize))
            Add("hset", [key, .. chunk.SelectMany(p => new RedisValue[] { p.Key, p.Value ?? "" })]);
    }

    public override void RemoveHash(string key) => OnKey("del", key);

    public override void ExpireHash(string key, TimeSpan expireIn) => Expire(key, expireIn);

    public override void PersistHash(string key) => Expire(key, null);

    // Totals, days and hours of final states are counted by the transition itself.
    private static bool IsCountedByTransitions(string key) =>
        key.StartsWith("stats:succeeded", StringComparison.Ordinal)
        || key.StartsWith("stats:failed", StringComparison.Ordinal)
        || key.StartsWith("stats:deleted", StringComparison.Ordinal);

    private void Count(string key, int by, TimeSpan? expireIn)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsCountedByTransitions(key))
            Add("incr", key, by, Ms(expireIn));
    }

    private void Expire(string key, TimeSpan? expireIn)
    {
        ArgumentNullException.ThrowIfNull(key);
        Add("expire", key, Ms(expireIn));
    }

    private void OnKey(string operation, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Add(operation, key);
    }

    // Whoever fires schedules sleeps until the next is due.
    private void WakeRecurring(string key)
    {
        if (key == RecurringSet)
            Add("wake", "recurring");
    }

    private static RedisValue Ms(TimeSpan? time) => time is { } t ? (long)t.TotalMilliseconds : "";
}
