using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Injection;

/// <summary>What may happen on the wire between one node and Redis.</summary>
internal static class LinkFaults
{
    public static IEnumerable<Fault> All =>
    [
        new("proxy-delay", 2, FaultLane.Links, c => SetAsync(c, "proxy-delay", LinkMode.Delay, c.Between(2, 6), delayMs: 300)),
        new("proxy-cut", 4, FaultLane.Links, CutAsync),
        new("proxy-drop-replies", 3, FaultLane.Links, c => SetAsync(c, "proxy-drop-replies", LinkMode.DropReplies, c.Between(0.2, 3))),
        new("proxy-half-open", 2, FaultLane.Links, c => SetAsync(c, "proxy-half-open", LinkMode.HalfOpen, c.Between(1, 9))),
        new("proxy-refuse", 1, FaultLane.Links, c => SetAsync(c, "proxy-refuse", LinkMode.Refuse, c.Between(0.5, 3))),
    ];

    private static async Task<bool> SetAsync(FaultContext context, string fault, LinkMode mode, TimeSpan hold, int delayMs = 0)
    {
        var (node, link) = Pick(context);
        using (context.Recorder.Fault(fault, node.Name))
        {
            link.Set(mode, delayMs);
            if (mode == LinkMode.Refuse)
                link.CutAll();
            await context.HoldAsync(hold);
            link.Set(LinkMode.Pass);
            // Replies that vanished leave their connection out of step: it must not go on.
            if (mode == LinkMode.DropReplies)
                link.CutAll();
        }
        return true;
    }

    private static Task<bool> CutAsync(FaultContext context)
    {
        var (node, link) = Pick(context);
        using (context.Recorder.Fault("proxy-cut", node.Name))
            link.CutMidReply();
        return Task.FromResult(true);
    }

    private static (Node Node, FaultyProxy Link) Pick(FaultContext context)
    {
        var node = context.Fleet.Nodes[context.Random.Next(context.Fleet.Nodes.Count)];
        return (node, node.Link!);
    }
}
