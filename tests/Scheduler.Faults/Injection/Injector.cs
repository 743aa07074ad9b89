namespace Scheduler.Faults.Injection;

/// <summary>Draws faults from the seed and does them, lane beside lane, until it is told to stop; everything is undone by then.</summary>
internal sealed class Injector(IReadOnlyList<Fault> faults, Func<Random, FaultContext> contextFor, int seed)
{
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        RunLaneAsync(FaultLane.Processes, 1, between: (0.2, 1.6), stop),
        RunLaneAsync(FaultLane.Processes, 2, between: (0.2, 1.6), stop),
        RunLaneAsync(FaultLane.Store, 3, between: (2, 7), stop),
        RunLaneAsync(FaultLane.Links, 4, between: (0.5, 4), stop));

    private async Task RunLaneAsync(FaultLane lane, int number, (double From, double To) between, CancellationToken stop)
    {
        Fault[] mine = [.. faults.Where(f => f.Lane == lane)];
        if (mine.Length == 0)
            return;
        var random = new Random((seed * 31) + number);
        var context = contextFor(random);
        while (!stop.IsCancellationRequested)
        {
            await context.HoldAsync(context.Between(between.From, between.To));
            if (!stop.IsCancellationRequested)
                await Draw(mine, random).DoAsync(context);
        }
    }

    private static Fault Draw(Fault[] faults, Random random)
    {
        var at = random.Next(faults.Sum(f => f.Weight));
        foreach (var fault in faults)
        {
            at -= fault.Weight;
            if (at < 0)
                return fault;
        }
        return faults[^1];
    }
}
