using Scheduler.Faults.Checker.Recorded;
using Scheduler.Faults.Cluster;
using Scheduler.Faults.Injection;
using Scheduler.Faults.Load;
using Scheduler.Faults.Observation;

namespace Scheduler.Faults;

/// <summary>One campaign on an empty store: baseline, load under faults, calm, record. Says nothing about right or wrong: that is the checker's work.</summary>
internal sealed class Round(CampaignOptions options, int seed, Recorder recorder, string dataFolder)
{
    private static readonly TimeSpan Baseline = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var fleet = await Fleet.StartAsync(options, seed, dataFolder, recorder, cancellationToken);
        using var readersEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Subscriber[] subscribers = [.. Enumerable.Range(0, 4).Select(n => new Subscriber($"subscriber-{n}", fleet.WebAddresses, recorder, new Random(seed + n)))];
        var readers = Task.WhenAll(subscribers.Select(s => s.RunAsync(readersEnd.Token)));
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        var baseline = await CommandRate.MeasureAsync(fleet, Baseline, cancellationToken);

        using var schedules = new Schedules(fleet.WebAddresses, recorder, seed);
        await schedules.CreateAsync(cancellationToken);
        var (began, ended) = await RunLoadUnderFaultsAsync(fleet, cancellationToken);
        await schedules.PauseAsync(cancellationToken);

        var patience = options.Patience + await SuspectWork.MeasureAsync(fleet, cancellationToken);
        var isQuiet = await Quiet.WaitAsync(fleet, patience, cancellationToken);
        var quietAt = Monotonic.Now;
        var state = new FinalState(fleet, recorder);
        await WaitForReadersAsync(subscribers, state, cancellationToken);
        var final = await CommandRate.MeasureAtRestAsync(fleet, Baseline, baseline, cancellationToken);
        await readersEnd.CancelAsync();
        await readers;
        await state.RecordAsync(cancellationToken);
        recorder.Run(new RunLine(seed, options.Tier, options.Sentinel ? "failover" : options.FsyncOf(seed), (long)NodeSettings.Lease.TotalMilliseconds, 1, baseline, final,
            began, ended, quietAt, isQuiet, Schedules.All, recorder.Faults, NodeSettings.Prefix));
        File.Copy(Path.Combine(BuiltHosts.Repository, "docs", History.KeyGuideName), Path.Combine(recorder.Folder, History.KeyGuideName), overwrite: true);
        recorder.Flush();
    }

    private async Task<(long Began, long Ended)> RunLoadUnderFaultsAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        using var faultsEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var loadEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var load = new LoadGenerator(fleet.WebAddresses, recorder, options, seed);
        var injector = new Injector(FaultCatalogue.For(options, fleet.Store.Disk is not null), random => new FaultContext(fleet, recorder, load, random, faultsEnd.Token), seed);
        var began = Monotonic.Now;
        var calls = load.RunAsync(loadEnd.Token);
        var faults = injector.RunAsync(faultsEnd.Token);
        await Task.WhenAny(Task.Delay(options.Duration, cancellationToken), faults);
        while (!faults.IsCompleted && recorder.Kills < options.Kills && Monotonic.Now - began < 3 * options.Duration.TotalMilliseconds)
            await Task.Delay(200, cancellationToken);
        await faultsEnd.CancelAsync();
        await faults;
        await loadEnd.CancelAsync();
        await calls;
        return (began, Monotonic.Now);
    }

    // A reader that is too late now is not waited for: the checker will miss its events.
    private static async Task WaitForReadersAsync(Subscriber[] subscribers, FinalState state, CancellationToken cancellationToken)
    {
        var newest = await state.NewestCompletionAsync(cancellationToken);
        var end = Monotonic.Now + (long)CatchUp.TotalMilliseconds;
        while (subscribers.Any(s => s.LastSequence < newest) && Monotonic.Now < end)
            await Task.Delay(100, cancellationToken);
    }
}
