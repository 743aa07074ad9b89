namespace Scheduler.Faults.Cluster;

/// <summary>Redis as the nodes see it: one server, or a primary with a replica and three sentinels.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly List<RedisServer> sentinels = [];

    private Store(IReadOnlyList<RedisServer> servers) => Servers = servers;

    /// <summary>The data servers; the first is the primary at the start.</summary>
    public IReadOnlyList<RedisServer> Servers { get; }

    public RedisServer Single => Servers[0];

    /// <summary>Null for one server, which nodes reach through their own wires.</summary>
    public string? SentinelAddress { get; private set; }

    /// <summary>Null where Redis's folder is on an ordinary disk.</summary>
    public SmallDisk? Disk { get; private init; }

    /// <param name="onSmallDisk">Mount a small file system for its folder, so that a disk can be full.</param>
    public static async Task<Store> StartSingleAsync(string folder, string fsync, bool onSmallDisk, Recorder recorder, CancellationToken cancellationToken)
    {
        var disk = onSmallDisk ? await SmallDisk.TryMountAsync(Path.Combine(folder, "redis"), recorder, cancellationToken) : null;
        var server = RedisServer.WithAppendOnlyFile("redis", FreePort.Next(), Path.Combine(folder, "redis"), recorder, fsync);
        await server.StartAsync(cancellationToken);
        return new Store([server]) { Disk = disk };
    }

    public static async Task<Store> StartSentinelAsync(string folder, string fsync, Recorder recorder, CancellationToken cancellationToken)
    {
        var primaryPort = FreePort.Next();
        var primary = RedisServer.WithAppendOnlyFile("redis-a", primaryPort, Path.Combine(folder, "redis-a"), recorder, fsync);
        var replica = RedisServer.WithAppendOnlyFile("redis-b", FreePort.Next(), Path.Combine(folder, "redis-b"), recorder, fsync,
            "--replicaof", "127.0.0.1", $"{primaryPort}");
        await primary.StartAsync(cancellationToken);
        await replica.StartAsync(cancellationToken);
        var store = new Store([primary, replica]);
        for (var i = 0; i < 3; i++)
            store.sentinels.Add(await StartSentinelAsync(i, folder, primaryPort, recorder, cancellationToken));
        store.SentinelAddress = string.Join(',', store.sentinels.Select(s => $"127.0.0.1:{s.Port}")) + ",serviceName=faults";
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in sentinels.Concat(Servers))
            server.Dispose();
        if (Disk is not null)
            await Disk.DisposeAsync();
    }

    private static async Task<RedisServer> StartSentinelAsync(int number, string folder, int primaryPort, Recorder recorder, CancellationToken cancellationToken)
    {
        var (port, home) = (FreePort.Next(), Path.Combine(folder, $"sentinel-{number}"));
        Directory.CreateDirectory(home);
        var file = Path.Combine(home, "sentinel.conf");
        await File.WriteAllTextAsync(file,
            $"""
            port {port}
            bind 127.0.0.1
            dir {home}
            sentinel monitor faults 127.0.0.1 {primaryPort} 2
            sentinel down-after-milliseconds faults 1000
            sentinel failover-timeout faults 5000

            """, cancellationToken);
        var sentinel = new RedisServer($"sentinel-{number}", port, home, recorder, file, "--sentinel");
        await sentinel.StartAsync(cancellationToken);
        return sentinel;
    }
}
