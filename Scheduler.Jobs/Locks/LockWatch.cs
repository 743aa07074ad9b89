using Microsoft.Extensions.Logging;

namespace Scheduler.Jobs.Locks;

/// <summary>Watches one held lock: confirms it every so often, and gives it up when it is lost, doubtful for too long, or held too long.</summary>
internal sealed partial class LockWatch(LockServers servers, LocksOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>How much of a validity is believed: clocks of the servers may run 1 % faster than ours, and Redis rounds.</summary>
    public static TimeSpan Cautious(TimeSpan validity) => (validity * 0.99) - TimeSpan.FromMilliseconds(2);

    /// <param name="acquiredAt">A timestamp from before the lock was asked for.</param>
    public async Task RunAsync(NamedLock held, long acquiredAt, TimeSpan maximumHold, CancellationToken released)
    {
        var confirmed = (At: acquiredAt, Valid: Cautious(options.Expiry));
        while (true)
        {
            var holdLeft = maximumHold - clock.GetElapsedTime(acquiredAt);
            var validLeft = confirmed.Valid - clock.GetElapsedTime(confirmed.At);
            if (!await PauseAsync(Shortest(options.CheckEvery, holdLeft, validLeft), released))
                return;
            if (clock.GetElapsedTime(acquiredAt) >= maximumHold)
            {
                await EndAsync(held, "it was held for as long as it may be");
                return;
            }

            var askedAt = clock.GetTimestamp();
            var answer = await AskAsync(held, Shortest(holdLeft, validLeft), released);
            if (released.IsCancellationRequested)
                return;
            held.Confirm(answer is LockAnswer.Held);
            if (answer is LockAnswer.Held ours)
                confirmed = (askedAt, Cautious(ours.Remaining));
            var isDoubtful = clock.GetElapsedTime(confirmed.At) >= confirmed.Valid;
            if (answer is LockAnswer.Lost || isDoubtful)
            {
                await EndAsync(held, answer is LockAnswer.Lost loss ? loss.Reason : "it could not be confirmed until it expired");
                return;
            }
        }
    }

    /// <summary>A server that does not answer must not keep the holder from learning that its time is up.</summary>
    private async Task<LockAnswer> AskAsync(NamedLock held, TimeSpan limit, CancellationToken released)
    {
        try
        {
            return await servers.CheckAsync(held.Resource, held.Owner, held.FencingToken)
                .WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, clock, released);
        }
        catch (Exception problem) when (problem is TimeoutException or OperationCanceledException)
        {
            return new LockAnswer.Unknown();
        }
    }

    private async Task EndAsync(NamedLock held, string reason)
    {
        LogLost(logger, held.Resource, held.FencingToken, reason);
        await held.GiveUpAsync();
    }

    /// <summary>False where the lock was released meanwhile.</summary>
    private async Task<bool> PauseAsync(TimeSpan time, CancellationToken released)
    {
        await Task.Delay(time, clock, released).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !released.IsCancellationRequested;
    }

    private static TimeSpan Shortest(params ReadOnlySpan<TimeSpan> times)
    {
        var shortest = TimeSpan.MaxValue;
        foreach (var time in times)
            shortest = time < shortest ? time : shortest;
        return shortest > TimeSpan.Zero ? shortest : TimeSpan.Zero;
    }

    [LoggerMessage(2200, LogLevel.Warning, "The lock {Resource} (token {FencingToken}) is given up: {Reason}")]
    private static partial void LogLost(ILogger logger, string resource, long fencingToken, string reason);
}
