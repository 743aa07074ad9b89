using System.Text.Json;
using Hangfire.Server;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>The records of stock Hangfire servers: <c>servers</c>, <c>server:{id}</c> and its list of queues. Times are Redis's.</summary>
internal static class ServerRecords
{
    private static readonly RedisScript AnnounceServer = RedisScript.Load("announce_server");
    private static readonly RedisScript HeartbeatServer = RedisScript.Load("heartbeat_server");
    private static readonly RedisScript RemoveServers = RedisScript.Load("remove_servers", allowOutOfMemory: true);

    public static void Announce(RedisClient redis, string id, ServerContext server) => AnnounceServer.Run(redis, [],
        [id, server.WorkerCount, JsonSerializer.Serialize(server.Queues), .. server.Queues.Select(q => (RedisValue)q)]);

    /// <summary>False where the record is gone.</summary>
    public static bool Heartbeat(RedisClient redis, string id) => (int)HeartbeatServer.Run(redis, [redis.Keys.Server(id)], []) == 1;

    /// <param name="id">One server; empty = all that have been silent for the time.</param>
    public static int Remove(RedisClient redis, string id, TimeSpan silent) =>
        (int)RemoveServers.Run(redis, [], [id, (long)silent.TotalMilliseconds]);
}
