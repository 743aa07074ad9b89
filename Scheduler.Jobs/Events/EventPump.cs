using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Events;

/// <summary>
/// Feeds the ring while somebody listens. Pub/sub is the fast path; a hole in the numbers, a reconnect, or two seconds
/// of whatever else lead to the log, which is the truth.
/// </summary>
internal sealed partial class EventPump(
    RedisClient redis, EventLogStore log, EventRing ring, EventDemand demand, CompletionWaiters waiters, TimeProvider time, ILogger<EventPump> logger)
    : BackgroundService
{
    // Further behind than this the ring starts anew at the log's tail; readers get the rest from the log themselves.
    private const long MostToCatchUp = 20_000;

    private static readonly TimeSpan RetryAfterOutage = TimeSpan.FromSeconds(1);

    private bool isCutOff;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await demand.WaitForListenerAsync(stoppingToken);
            await FollowAsync(stoppingToken);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var inbox = new EventInbox(redis, time);
        try
        {
            while (!demand.IsOver)
                await TryStepAsync(inbox, cancellationToken);
        }
        finally
        {
            ring.Stop();
        }
    }

    private async Task TryStepAsync(EventInbox inbox, CancellationToken cancellationToken)
    {
        try
        {
            await StepAsync(inbox, cancellationToken);
            if (isCutOff)
                Reconnected();
            isCutOff = false;
        }
        catch (Exception outage) when (outage is RedisException or TimeoutException)
        {
            if (!isCutOff)
                CutOff(outage);
            isCutOff = true;
            inbox.Doubt();
            await Task.Delay(RetryAfterOutage, time, cancellationToken);
        }
    }

    private async Task StepAsync(EventInbox inbox, CancellationToken cancellationToken)
    {
        if (inbox.TakeDoubt())
            await CatchUpAsync(cancellationToken);
        await inbox.EnsureSubscribedAsync();
        await inbox.WaitAsync(cancellationToken);

        var hasNews = false;
        // Records that arrive during a doubt wait until the log was seen.
        while (!inbox.IsInDoubt && inbox.TryTake(out var text))
        {
            if (text is null)
                continue;
            if (Continues(text) is not { } isNews)
            {
                inbox.Doubt();
                break;
            }
            hasNews |= isNews;
        }
        if (hasNews)
            ring.Changed.Raise();
    }

    /// <summary>True = taken, false = known already, null = does not fit: a hole, or another past.</summary>
    private bool? Continues(byte[] text)
    {
        var newest = ring.Anchor;
        if (EventRecord.TryRead(newest.Epoch, text) is not { } record)
            return null;
        if (record.First != newest.Last + 1)
            return record.Last <= newest.Last && ring.Holds(record) ? false : null;
        Take(record);
        return true;
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var page = ring.IsLive ? await log.ReadAfterAsync(ring.Anchor.Last, ring.Anchor, cancellationToken) : await log.ReadEndsAsync(ring.Anchor);
        if (!ring.IsLive)
            StartAt(page.Newest, page);
        else if (page.Epoch != ring.Anchor.Epoch)
            await BeginAnewAsync(page, cancellationToken);
        else
            await TakeAllAsync(page, cancellationToken);
    }

    private async Task BeginAnewAsync(EventLogPage page, CancellationToken cancellationToken)
    {
        OtherEpoch(ring.Anchor.Epoch, page.Epoch);
        StartAt(page.Restart, page);
        await TakeAllAsync(await log.ReadAfterAsync(page.Restart.Last, page.Restart, cancellationToken), cancellationToken);
    }

    private async Task TakeAllAsync(EventLogPage page, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newest = ring.Anchor;
            if (page.Epoch != newest.Epoch || page.HasLostAllAfter(newest.Last) || page.Newest.Last - newest.Last > MostToCatchUp)
            {
                StartAt(page.Newest, page);
                return;
            }
            foreach (var record in page.Records)
                Take(record);
            if (page.Records.Count > 0)
                ring.Changed.Raise();
            if (!page.HasMore)
                return;
            page = await log.ReadAfterAsync(ring.Anchor.Last, ring.Anchor, cancellationToken);
        }
    }

    private void Take(EventRecord record)
    {
        ring.Append(record);
        waiters.Announce(record);
    }

    private void StartAt(EventLogAnchor place, EventLogPage page)
    {
        ring.StartAt(place, page.OldestKept);
        waiters.WakeAll();
        ring.Changed.Raise();
    }

    [LoggerMessage(1500, LogLevel.Warning, "The event feed is cut off from Redis; it tries again every second")]
    private partial void CutOff(Exception outage);

    [LoggerMessage(1501, LogLevel.Information, "The event feed is connected again")]
    private partial void Reconnected();

    [LoggerMessage(1502, LogLevel.Warning, "The event log began anew: epoch {Old} is over, {New} has begun; subscribers get a gap")]
    private partial void OtherEpoch(long old, long @new);
}
