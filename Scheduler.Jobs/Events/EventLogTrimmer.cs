using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Events;

/// <summary>Keeps the event log within its bounds. Every process does it: a pass is one short script, and passes do not conflict.</summary>
internal sealed partial class EventLogTrimmer(EventLogStore log, IOptions<EventsOptions> options, TimeProvider time, ILogger<EventLogTrimmer> logger)
    : BackgroundService
{
    private const int MaxRecordsPerPass = 500;

    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);

    // An idle scheduler should cost Redis next to nothing.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly TimeSpan retention = options.Value.Retention;
    private readonly int max = options.Value.Max;

    // Carried from pass to pass: so even a process without listeners notices a log that went back.
    private EventLogAnchor newest = EventLogAnchor.None;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
            await Task.Delay(await TrimAsync(stoppingToken), time, stoppingToken);
    }

    /// <summary>Trims what is due; gives how long to rest.</summary>
    internal async Task<TimeSpan> TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = newest;
            int removed;
            do
            {
                (removed, newest) = await log.TrimAsync(retention, max, MaxRecordsPerPass, newest);
            }
            while (removed == MaxRecordsPerPass && !cancellationToken.IsCancellationRequested);
            return before.Last == newest.Last ? Idle : Busy;
        }
        catch (Exception outage) when (outage is RedisException or TimeoutException)
        {
            NotTrimmed(outage.Message);
            return Idle;
        }
    }

    [LoggerMessage(1510, LogLevel.Debug, "The event log was not trimmed this time: {Reason}")]
    private partial void NotTrimmed(string reason);
}
