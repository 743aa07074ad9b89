using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Says once that Redis is away, however many loops notice it, and once that it is back for all of them.</summary>
internal sealed partial class OutageLog(TimeProvider time, ILogger<OutageLog> logger)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> suffering = new(StringComparer.Ordinal);
    private long since;

    public void Failed(string loop, Exception exception)
    {
        if (!RedisTrouble.IsOutage(exception))
        {
            LogFailure(exception, loop);
            return;
        }

        lock (gate)
        {
            if (!suffering.Add(loop) || suffering.Count > 1)
                return;
            since = time.GetTimestamp();
        }

        LogOutage(JobErrors.Describe(exception));
    }

    public void Recovered(string loop)
    {
        lock (gate)
        {
            if (!suffering.Remove(loop) || suffering.Count > 0)
                return;
        }

        LogRecovery(time.GetElapsedTime(since).TotalSeconds);
    }

    [LoggerMessage(1100, LogLevel.Warning, "Redis cannot be used ({Reason}); the worker waits for it.")]
    private partial void LogOutage(string reason);

    [LoggerMessage(1101, LogLevel.Information, "Redis can be used again after {Seconds:0.0} s.")]
    private partial void LogRecovery(double seconds);

    [LoggerMessage(1102, LogLevel.Error, "The worker's {Loop} loop failed and goes on.")]
    private partial void LogFailure(Exception exception, string loop);
}
