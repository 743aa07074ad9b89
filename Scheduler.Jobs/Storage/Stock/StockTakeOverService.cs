using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage.Stock;

/// <summary>
/// Takes over what the stock package has written, on every node: at the start, and then as long as the host runs. It looks for
/// ends every 15 seconds, at all that waits every minute where stock clients have been seen of late, else every ten, and at
/// once at a job that a stock client announces.
/// </summary>
internal sealed partial class StockTakeOverService(
    StockTakeOver takeOver, RedisClient redis, TimeProvider time, ILogger<StockTakeOverService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BusyWalk = TimeSpan.FromMinutes(1), QuietWalk = TimeSpan.FromMinutes(10);

    /// <summary>Announcements come one by one; what comes together is looked at together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>In place of a job id: due jobs in the schedule wait for being taken over.</summary>
    private const string Due = "";

    private const int MaxAnnounced = 10_000;

    // An announcement too many is dropped: the next walk finds its job.
    private readonly Channel<string> announced = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MaxAnnounced) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private long? lastWalk;
    private long? lastEnds;
    private bool isBusy = true;

    public override void Dispose()
    {
        redis.Subscriber.Unsubscribe(redis.Keys.StockFetchChannel, HearJob, CommandFlags.FireAndForget);
        redis.Subscriber.Unsubscribe(redis.Keys.WakeChannel, HearWake, CommandFlags.FireAndForget);
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        redis.Subscriber.Subscribe(redis.Keys.StockFetchChannel, HearJob, CommandFlags.FireAndForget);
        redis.Subscriber.Subscribe(redis.Keys.WakeChannel, HearWake, CommandFlags.FireAndForget);
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryLookAsync(stoppingToken);
            await WaitAsync(stoppingToken);
        }
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAtAnnouncedAsync(cancellationToken);
            if (IsOver(Pause, ref lastEnds))
                isBusy |= await takeOver.LookAtEndsAsync(cancellationToken);
            if (IsOver(isBusy ? BusyWalk : QuietWalk, ref lastWalk))
            {
                isBusy = await takeOver.LookAtWaitingAsync(cancellationToken) > 0;
                takeOver.RemoveSilentServers();
            }
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            LogLookFailed(logger, problem);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task LookAtAnnouncedAsync(CancellationToken cancellationToken)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        while (announced.Reader.TryRead(out var id))
            ids.Add(id);
        if (ids.Remove(Due))
            await takeOver.LookAtScheduleAsync(cancellationToken);
        isBusy |= ids.Count > 0 && await takeOver.LookAtAsync([.. ids], cancellationToken) > 0;
    }

    private bool IsOver(TimeSpan period, ref long? last)
    {
        if (last is { } before && time.GetElapsedTime(before) < period)
            return false;
        last = time.GetTimestamp();
        return true;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Pause);
        try
        {
            await announced.Reader.WaitToReadAsync(limit.Token);
            await Task.Delay(Gathering, time, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The time is up, or the host stops.
        }
    }

    private void HearJob(RedisChannel channel, RedisValue message) => announced.Writer.TryWrite(message.ToString());

    private void HearWake(RedisChannel channel, RedisValue message)
    {
        if (message == "stock")
            announced.Writer.TryWrite(Due);
    }

    [LoggerMessage(1530, LogLevel.Debug, "The stock package's data could not be looked at; trying again")]
    private static partial void LogLookFailed(ILogger logger, Exception problem);
}
