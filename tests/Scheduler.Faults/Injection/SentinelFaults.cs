using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Injection;

/// <summary>What may happen to a primary that has a replica and sentinels.</summary>
internal static class SentinelFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <param name="named">A freeze loses what the returned primary acknowledges before it is demoted; it is done where it is asked for.</param>
    public static IEnumerable<Fault> For(IReadOnlySet<string>? named) =>
    [
        new("redis-failover", 1, FaultLane.Store, FailOverAsync),
        .. named?.Contains("primary-freeze") == true ? [new Fault("primary-freeze", 1, FaultLane.Store, FreezeAsync)] : Array.Empty<Fault>(),
    ];

    private static async Task<bool> FailOverAsync(FaultContext context)
    {
        var servers = context.Fleet.Store.Servers;
        var primary = await FindPrimaryAsync(context, servers, Patience);
        if (primary is null)
            return false;
        using (context.Recorder.Fault("redis-failover", null, primary.Pid))
        {
            await primary.KillAsync(CancellationToken.None);
            var heir = await FindPrimaryAsync(context, [.. servers.Where(s => s != primary)], Patience);
            await context.HoldAsync(context.Between(0.5, 3));
            // As a replica at once: a killed primary that came back as one would take writes until the sentinels see it.
            await primary.StartAsync(CancellationToken.None, heir is null ? [] : ["--replicaof", "127.0.0.1", $"{heir.Port}"]);
        }
        // The next failover needs a replica that has caught up.
        await context.HoldAsync(context.Between(4, 8));
        return true;
    }

    private static async Task<bool> FreezeAsync(FaultContext context)
    {
        var servers = context.Fleet.Store.Servers;
        var primary = await FindPrimaryAsync(context, servers, Patience);
        if (primary is null)
            return false;
        using (context.Recorder.Fault("primary-freeze", null, primary.Pid))
        {
            primary.Pause();
            await FindPrimaryAsync(context, [.. servers.Where(s => s != primary)], Patience);
            await context.HoldAsync(context.Between(0, 2));
            primary.Resume();
        }
        // The next fault needs a replica that has caught up again.
        await context.HoldAsync(context.Between(12, 16));
        return true;
    }

    private static async Task<RedisServer?> FindPrimaryAsync(FaultContext context, IReadOnlyList<RedisServer> among, TimeSpan patience)
    {
        for (var end = Monotonic.Now + (long)patience.TotalMilliseconds; Monotonic.Now < end;)
        {
            foreach (var server in among)
            {
                if (await server.IsPrimaryAsync(CancellationToken.None))
                    return server;
            }
            await Task.Delay(100, CancellationToken.None);
        }
        return null;
    }
}
