using StackExchange.Redis;

namespace Scheduler.Jobs.Hosting;

/// <summary>What a Redis server tells of itself; null where it does not, or may not.</summary>
/// <param name="AppendOnly">True where every write goes to its append-only file. A server that loads its data does not tell: its own answer is "no" then.</param>
/// <param name="Fsync">When that file is forced to the disk: <c>always</c>, <c>everysec</c>, <c>no</c>.</param>
/// <param name="User">The ACL user of this connection.</param>
internal sealed record ServerFacts(string? EvictionPolicy, bool? AppendOnly, string? Fsync, Version? Version, string? User)
{
    public static readonly ServerFacts Unknown = new(null, null, null, null, null);

    /// <summary>It has started and reads its file; ask again later.</summary>
    public bool IsLoading { get; init; }

    /// <summary>All unknown where no server is connected.</summary>
    public static async Task<ServerFacts> ReadAsync(IConnectionMultiplexer connection)
    {
        if (connection.GetServers().FirstOrDefault(s => s is { IsConnected: true, IsReplica: false }) is not { } server)
            return Unknown;
        var info = (await OrDefault(server.InfoAsync()) ?? []).SelectMany(section => section).ToLookup(line => line.Key, line => line.Value);
        var fsync = (await OrDefault(server.ConfigGetAsync("appendfsync")))?.FirstOrDefault().Value;
        var user = await OrDefault(server.ExecuteAsync("ACL", "WHOAMI"));
        var isLoading = info["loading"].FirstOrDefault() == "1";
        return new ServerFacts(
            info["maxmemory_policy"].FirstOrDefault(),
            info["aof_enabled"].FirstOrDefault() is { } enabled && !isLoading ? enabled == "1" : null,
            fsync is { Length: > 0 } ? fsync : null,
            Version.TryParse(info["redis_version"].FirstOrDefault(), out var version) ? version : null,
            user?.Resp2Type is ResultType.BulkString ? (string?)user : null)
        {
            IsLoading = isLoading,
        };
    }

    // A server without the command, and a user who may not ask, leave a fact unknown.
    private static async Task<T?> OrDefault<T>(Task<T> asked) where T : class
    {
        try
        {
            return await asked;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            return null;
        }
    }
}
