using Hangfire.Common;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage.Stock;

/// <summary>State and history of jobs that the stock package wrote, in keys of their own: <c>job:{id}:state</c> and <c>:history</c>.</summary>
internal static class StockState
{
    public static StateData? Read(RedisClient redis, string jobId)
    {
        var data = redis.HashGetAll(redis.Keys.StockJobState(jobId)).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        if (!data.Remove("State", out var name))
            return null;
        data.Remove("Reason", out var reason);
        return new StateData { Name = name, Reason = reason, Data = data };
    }

    /// <summary>Newest first.</summary>
    public static List<StateHistoryDto> ReadHistory(RedisClient redis, string jobId)
    {
        var lines = redis.ListRange(redis.Keys.StockJobHistory(jobId));
        return [.. lines.Reverse().Select(line => Parse(line.ToString())).OfType<StateHistoryDto>()];
    }

    private static StateHistoryDto? Parse(string line)
    {
        var data = SerializationHelper.Deserialize<Dictionary<string, string>>(line);
        if (data is null || !data.Remove("State", out var name))
            return null;
        data.Remove("Reason", out var reason);
        data.Remove("CreatedAt", out var at);
        return new StateHistoryDto
        {
            StateName = name,
            Reason = reason,
            CreatedAt = at is null ? DateTime.UnixEpoch : JobHelper.DeserializeDateTime(at),
            Data = data,
        };
    }
}
