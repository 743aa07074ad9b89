using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Keeps memory bounded: removes final jobs beyond their age or number, batches never committed, and workers fallen silent.
/// Every node that works runs it; each pass is idempotent.
/// </summary>
internal sealed partial class RetentionSweeper(
    RedisClient redis, JobStore jobs, ClaimStore claims, WorkerStore workers, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionSweeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // Where this process ends few jobs, retention can wait: an idle site costs Redis nothing.
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(60);
    private const int Many = 500;

    /// <summary>Scripts of one pass and state: a flood of final jobs is removed in bounded steps, and completions run between them.</summary>
    private const int MaxSteps = 2_000;

    /// <summary>Lists of one pass of which is noted what is in them: a millisecond of the store's time each.</summary>
    private const int MaxNotes = 50;

    private static readonly RedisScript TrimFinal = RedisScript.Load("trim_final", allowOutOfMemory: true);

    private readonly RetentionOptions retention = options.Value;
    private long lookedAt;
    private long completedAtSweep;
    private long sweptAt = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (claims.Completed - completedAtSweep < Many && time.GetElapsedTime(sweptAt) < QuietPeriod)
                continue;
            (completedAtSweep, sweptAt) = (claims.Completed, time.GetTimestamp());
            await TrySweepAsync(stoppingToken);
        }
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogSkipped(e.Message);
        }
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var removed = await TrimAsync(JobStates.Succeeded, retention.Succeeded, retention.SucceededMax, cancellationToken)
            + await TrimAsync(JobStates.Deleted, retention.Deleted, retention.DeletedMax, cancellationToken)
            + await TrimAsync(JobStates.Failed, retention.Failed, retention.FailedMax, cancellationToken);
        await TrimIndexAsync(removed, cancellationToken);
        await jobs.SweepStagedAsync(cancellationToken);
        await workers.RemoveSilentAsync(cancellationToken);
    }

    private async Task<int> TrimAsync(string state, TimeSpan age, int max, CancellationToken cancellationToken)
    {
        var all = 0;
        for (var step = 0; step < MaxSteps; step++)
        {
            var removed = (int)await TrimFinal.RunAsync(redis, [], [state, (long)age.TotalMilliseconds, max]).WaitAsync(cancellationToken);
            all += removed;
            if (removed < ClaimStore.MaxBatch)
                break;
        }
        return all;
    }

    // Two lists for each list's worth of jobs removed, and one anyhow, round and round: at most about half of the index is dead.
    // Lists of which nothing is noted, as an older version wrote them, are gone through faster.
    private async Task TrimIndexAsync(int removed, CancellationToken cancellationToken)
    {
        var noted = 0;
        for (var looks = 1 + (removed / 500); looks > 0; looks--)
        {
            var list = await JobIndex.TrimAsync(redis, lookedAt, cancellationToken);
            lookedAt = list.Number;
            if (lookedAt == 0)
                return;
            if (list.IsNoted && noted++ < MaxNotes)
                looks++;
        }
    }

    [LoggerMessage(1300, LogLevel.Debug, "Sweep skipped, Redis does not answer: {Reason}")]
    private partial void LogSkipped(string reason);
}
