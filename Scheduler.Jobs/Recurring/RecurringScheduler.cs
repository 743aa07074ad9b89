using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>
/// Fires schedules. Reads a second ahead, so that all is ready when an instant comes; sleeps until then, woken when an earlier one appears.
/// Any number of these may run: the script lets each instant fire once. One of them fires at once, to save the others' work;
/// where it is late, another steps in.
/// </summary>
internal sealed partial class RecurringScheduler(
    RedisClient redis, FiringStore store, SilenceStore silence, IOptions<RecurringOptions> options, TimeProvider time,
    ILogger<RecurringScheduler> logger)
    : BackgroundService
{
    /// <summary>Longest sleep: a lost wake-up costs no more.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryAfterOutage = TimeSpan.FromSeconds(1);

    /// <summary>How long before an instant its schedules are read.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1.2);

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FiringRules rules = new(options.Value.MisfireThreshold, options.Value.MaxCatchUp);
    private readonly SemaphoreSlim wake = new(0, 1);
    private bool isSubscribed;
    private bool isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's start must not wait for Redis.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SleepAsync(await TryPassAsync(stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public override void Dispose()
    {
        redis.Connection.ConnectionRestored -= LookAgain;
        base.Dispose();
        wake.Dispose();
    }

    /// <summary>Fires what is due, and what becomes due within <paramref name="ahead"/>; gives the time until the next look.</summary>
    internal async Task<TimeSpan> PassAsync(TimeSpan ahead, CancellationToken cancellationToken)
    {
        var due = await store.ReadDueAsync(ahead, cancellationToken);
        if (due.Forgotten.Count > 0)
            await store.FireAsync([.. due.Forgotten.Select(f => new Firing(f.Id, f.Stamp, [], null, Forget: true))]);
        if (due.Schedules.Count == 0)
            return due.Forgotten.Count > 0 ? TimeSpan.Zero : UntilNext(due);

        var clock = new RedisClock(await store.NowAsync(cancellationToken), time);
        foreach (var instant in due.Schedules.GroupBy(s => FiresAt(s, due.Now)).OrderBy(g => g.Key))
        {
            var calls = store.Prepare([.. instant.Select(s => FiringPlan.Of(s with { ReadAt = instant.Key }, rules))]);
            if (!await WaitUntilAsync(instant.Key, clock, cancellationToken))
                break;
            await FireAsync(calls);
        }
        // What was read has moved on, by us or by another node: only reading again tells what is due now.
        return TimeSpan.Zero;
    }

    private static DateTimeOffset FiresAt(ScheduleRecord schedule, DateTimeOffset now) =>
        schedule.NextAt is { } next && next > now ? next : now;

    private static TimeSpan UntilNext(DueSchedules due)
    {
        if (due.NextDue is not { } next)
            return FiringStore.WarmAhead;
        var wait = next - due.Now;
        return due.FiresAtOnce ? wait - Ahead : wait + FiringStore.Grace;
    }

    /// <summary>False where something happened meanwhile: what was read ahead may be out of date.</summary>
    private async Task<bool> WaitUntilAsync(DateTimeOffset instant, RedisClock clock, CancellationToken cancellationToken)
    {
        while (instant - clock.Now is var wait && wait > TimeSpan.Zero)
        {
            if (await SleepAsync(wait + Moment, cancellationToken))
                return false;
        }
        return true;
    }

    private async Task FireAsync(FiringCalls calls)
    {
        var firings = calls.Firings;
        var results = await store.FireAsync(calls);
        Report(firings, results);
        List<Firing> early = [.. firings.Where((_, i) => results[i] == FiringResult.Early)];
        if (early.Count == 0)
            return;
        await Task.Delay(Moment, time, CancellationToken.None);
        // Still early: Redis's clock was put back. Then the next look finds out when they are due.
        Report(early, await store.FireAsync(early));
    }

    private async Task<TimeSpan> TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SubscribeAsync();
            var untilSilent = await silence.RaiseDueAsync(cancellationToken);
            var sleep = await PassAsync(Ahead, cancellationToken);
            if (sleep < FiringStore.WarmAhead && await store.WarmAsync(await store.NowAsync(cancellationToken), cancellationToken))
                sleep = TimeSpan.Zero;
            if (untilSilent < sleep)
                sleep = untilSilent.Value + Moment;
            if (isAway)
                LogBack();
            isAway = false;
            return sleep;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            if (!isAway)
                LogAway(e);
            isAway = true;
            return RetryAfterOutage;
        }
    }

    private async Task SubscribeAsync()
    {
        if (isSubscribed)
            return;
        await redis.Subscriber.SubscribeAsync(redis.Keys.WakeChannel, (_, message) =>
        {
            if (message == "recurring")
                Wake();
        });
        // What was published while we were away is lost.
        redis.Connection.ConnectionRestored += LookAgain;
        isSubscribed = true;
    }

    private void LookAgain(object? sender, EventArgs change) => Wake();

    private void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody woke it already, or the host is going down.
        }
    }

    /// <summary>True where it was woken, false where the time is up.</summary>
    private async Task<bool> SleepAsync(TimeSpan sleep, CancellationToken cancellationToken)
    {
        if (sleep <= TimeSpan.Zero)
            return false;
        using var timeout = new CancellationTokenSource(sleep < Longest ? sleep : Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await wake.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Report(IReadOnlyList<Firing> firings, IReadOnlyList<FiringResult> results)
    {
        for (var i = 0; i < firings.Count; i++)
        {
            if (results[i] == FiringResult.Fired && firings[i].Error is { } error)
                LogDisabled(firings[i].Id, error);
            if (results[i] == FiringResult.Broken)
                LogBroken(firings[i].Id);
        }
    }

    [LoggerMessage(1500, LogLevel.Warning, "Redis is away; schedules fire again when it is back")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(1501, LogLevel.Information, "Redis is back; schedules fire again")]
    private partial void LogBack();

    [LoggerMessage(1502, LogLevel.Error, "Schedule {RecurringId} was disabled: {Reason}")]
    private partial void LogDisabled(string recurringId, string reason);

    [LoggerMessage(1503, LogLevel.Error, "Schedule {RecurringId} cannot fire: a key of it or of its job's queue holds a foreign value")]
    private partial void LogBroken(string recurringId);
}
