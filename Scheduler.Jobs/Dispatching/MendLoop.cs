using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Looks whether every job is where its state says: soon after the start, when the store was away, when a renewal found its lease
/// entry gone, and every few minutes. On a sound store it changes nothing.
/// </summary>
internal sealed partial class MendLoop(
    JobMender mender, WorkerSignals signals, IOptions<WorkerOptions> options, ResilientLoop loop, TimeProvider time, Random random,
    ILogger<MendLoop> logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(5);

    // A worker that has just started has better things to do.
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(15);

    // All workers hear of the same doubt; they need not look at the same instant, nor one after another without a pause.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private TimeSpan untilNext = AfterStart;

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("mend", MendOnceAsync, stopping);

    private async Task MendOnceAsync(CancellationToken stopping)
    {
        await signals.Doubt.WaitAsync(untilNext, stopping);
        untilNext = TimeSpan.Zero; // as long as it has not been done
        await Task.Delay(LongestPause * (0.25 + (0.75 * random.NextDouble())), time, stopping);
        var mended = await mender.MendAsync(options.Value.Lease, stopping);
        untilNext = LookEvery;
        if (mended == 0)
            return;
        LogMended(mended);
        signals.Claimable.Set();
    }

    [LoggerMessage(1160, LogLevel.Warning, "{Count} jobs were missing where their state says they are, and were put back: somebody deleted a key, or Redis lost it.")]
    private partial void LogMended(int count);
}
