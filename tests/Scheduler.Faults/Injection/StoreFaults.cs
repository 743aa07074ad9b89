using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Injection;

/// <summary>What may happen to a single redis-server.</summary>
internal static class StoreFaults
{
    public static IEnumerable<Fault> All =>
    [
        new("redis-kill", 4, FaultLane.Store, KillAsync),
        new("redis-stop", 2, FaultLane.Store, PauseAsync),
        new("maxmemory", 2, FaultLane.Store, FillMemoryAsync),
        new("client-kill", 3, FaultLane.Store, KillClientsAsync),
        new("delete-keys", 3, FaultLane.Store, DeleteKeysAsync),
    ];

    private static async Task<bool> KillAsync(FaultContext context)
    {
        var redis = context.Fleet.Store.Single;
        using (context.Recorder.Fault("redis-kill", null, redis.Pid))
        {
            await redis.KillAsync(CancellationToken.None);
            await context.HoldAsync(context.Between(0.1, 2.5));
            await redis.StartAsync(CancellationToken.None);
        }
        return true;
    }

    private static async Task<bool> PauseAsync(FaultContext context)
    {
        using (context.Recorder.Fault("redis-stop"))
        {
            context.Fleet.Store.Single.Pause();
            await context.HoldAsync(context.Between(0.5, 6));
            context.Fleet.Store.Single.Resume();
        }
        return true;
    }

    private static async Task<bool> FillMemoryAsync(FaultContext context)
    {
        using (context.Recorder.Fault("maxmemory"))
        {
            await context.Fleet.Primary.ConfigSetAsync("maxmemory", "1mb");
            await context.HoldAsync(context.Between(1, 4));
            await context.Fleet.Primary.ConfigSetAsync("maxmemory", "0");
        }
        return true;
    }

    private static async Task<bool> KillClientsAsync(FaultContext context)
    {
        using (context.Recorder.Fault("client-kill"))
        {
            for (var i = 0; i < 6 && !context.Stop.IsCancellationRequested; i++)
            {
                foreach (var type in (string[])["normal", "pubsub"])
                    await context.Fleet.Primary.ExecuteAsync("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
                await context.HoldAsync(context.Between(0.05, 0.6));
            }
        }
        return true;
    }

    private static async Task<bool> DeleteKeysAsync(FaultContext context)
    {
        using (context.Recorder.Fault("delete-keys"))
        {
            var database = context.Fleet.Admin.GetDatabase();
            await database.KeyDeleteAsync(NodeSettings.Prefix + "leases");
            await foreach (var key in context.Fleet.Primary.KeysAsync(pattern: "*lock:*", pageSize: 1000))
                await database.KeyDeleteAsync(key);
        }
        return true;
    }
}
