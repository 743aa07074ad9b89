using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Injection;

/// <summary>Kills, pauses and stops of worker and web processes.</summary>
internal static class ProcessFaults
{
    private static readonly TimeSpan Patience = NodeSettings.DrainTimeout + TimeSpan.FromSeconds(12);

    public static IEnumerable<Fault> All =>
    [
        new("worker-kill", 10, FaultLane.Processes, c => EndAsync(c, "worker-kill", isWorker: true, Signals.Kill)),
        new("worker-term", 3, FaultLane.Processes, c => EndAsync(c, "worker-term", isWorker: true, Signals.Term)),
        new("worker-stop", 3, FaultLane.Processes, c => PauseAsync(c, "worker-stop", isWorker: true)),
        new("web-kill", 4, FaultLane.Processes, c => EndAsync(c, "web-kill", isWorker: false, Signals.Kill)),
        new("web-term", 1, FaultLane.Processes, c => EndAsync(c, "web-term", isWorker: false, Signals.Term)),
        new("web-stop", 1, FaultLane.Processes, c => PauseAsync(c, "web-stop", isWorker: false)),
        new("starve", 1, FaultLane.Processes, StarveAsync),
        new("poison", 1, FaultLane.Processes, PoisonAsync),
    ];

    private static async Task<bool> EndAsync(FaultContext context, string fault, bool isWorker, int signal)
    {
        if (Take(context, isWorker) is not { } node)
            return false;
        try
        {
            using (context.Recorder.Fault(fault, node.Name, node.Pid))
                await node.EndAsync(signal, context.Between(0, 1.5), Patience, CancellationToken.None);
            return true;
        }
        finally
        {
            node.Give();
        }
    }

    // Longer than a lease more often than not.
    private static async Task<bool> PauseAsync(FaultContext context, string fault, bool isWorker)
    {
        if (Take(context, isWorker) is not { } node)
            return false;
        try
        {
            using (context.Recorder.Fault(fault, node.Name, node.Pid))
            {
                node.Pause();
                await context.HoldAsync(context.Between(1, NodeSettings.Lease.TotalSeconds * 2));
                node.Resume();
            }
            return true;
        }
        finally
        {
            node.Give();
        }
    }

    // Handlers that block keep every thread of the pool for over a lease. No other fault takes the workers meanwhile: a job that two
    // of them die with runs alone from then on, and a hundred long ones would be all that a campaign still does.
    private static async Task<bool> StarveAsync(FaultContext context)
    {
        Node[] taken = [.. context.Fleet.Nodes.Where(n => n.IsWorker && n.TryTake())];
        try
        {
            using (context.Recorder.Fault("starve"))
            {
                await context.Load.EnqueueBlockersAsync(120, 1.6 * NodeSettings.Lease, CancellationToken.None);
                await context.HoldAsync(1.6 * NodeSettings.Lease);
            }
            return true;
        }
        finally
        {
            foreach (var node in taken)
                node.Give();
        }
    }

    private static async Task<bool> PoisonAsync(FaultContext context)
    {
        using (context.Recorder.Fault("poison"))
            await context.Load.EnqueuePoisonAsync(CancellationToken.None);
        return true;
    }

    private static Node? Take(FaultContext context, bool isWorker)
    {
        Node[] nodes = [.. context.Fleet.Nodes.Where(n => n.IsWorker == isWorker)];
        context.Random.Shuffle(nodes);
        return nodes.FirstOrDefault(n => n.TryTake());
    }
}
