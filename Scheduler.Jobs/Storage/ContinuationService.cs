using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>Starts continuations as soon as their parent has ended: woken by the script that ended it, after an outage, and now and then anyway.</summary>
internal sealed partial class ContinuationService(
    ContinuationStarter starter, RedisClient redis, IGlobalConfiguration configuration, ILogger<ContinuationService> logger) : BackgroundService
{
    private static readonly TimeSpan SafetyPoll = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim wake = new(0, 1);

    /// <summary>Asked for so that Hangfire is configured when the host has started, whoever uses it first.</summary>
    public IGlobalConfiguration Configuration { get; } = configuration;

    public override void Dispose()
    {
        redis.Subscriber.Unsubscribe(redis.Keys.WakeChannel, Hear, CommandFlags.FireAndForget);
        redis.Connection.ConnectionRestored -= LookAgain;
        base.Dispose();
        wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        redis.Subscriber.Subscribe(redis.Keys.WakeChannel, Hear, CommandFlags.FireAndForget);
        redis.Connection.ConnectionRestored += LookAgain;
        while (!stoppingToken.IsCancellationRequested)
        {
            StartDue();
            await ((Task)wake.WaitAsync(SafetyPoll, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void StartDue()
    {
        try
        {
            while (starter.StartDue() > 0)
            {
            }
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException or JobStateConflictException)
        {
            LogPassFailed(logger, problem);
        }
    }

    private void Hear(RedisChannel channel, RedisValue message)
    {
        if (message == "continuations")
            Wake();
    }

    // What was published meanwhile is lost.
    private void LookAgain(object? sender, EventArgs change) => Wake();

    private void Wake()
    {
        lock (wake)
        {
            if (wake.CurrentCount == 0)
                wake.Release();
        }
    }

    [LoggerMessage(1511, LogLevel.Debug, "Continuations could not be looked at; trying again")]
    private static partial void LogPassFailed(ILogger logger, Exception problem);
}
