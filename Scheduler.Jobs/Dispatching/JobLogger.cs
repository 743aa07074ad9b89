using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>The handler's logger: every line goes to the host's log, and from Information on to the job's own.</summary>
internal sealed class JobLogger(ILogger host, JobRecord job, JobOutput output) : ILogger
{
    private KeyValuePair<string, object?>[]? scope;

    private KeyValuePair<string, object?>[] Scope => scope ??=
        [new("JobId", job.Id), new("JobName", job.Type), new("Queue", job.Queue), new("Attempt", job.Attempt)];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => host.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => IsCaptured(logLevel) || host.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (host.IsEnabled(logLevel))
        {
            using (host.BeginScope(Scope))
                host.Log(logLevel, eventId, state, exception, formatter);
        }

        if (IsCaptured(logLevel))
            output.Write(logLevel, Compose(formatter(state, exception), exception));
    }

    public static bool IsCaptured(LogLevel level) => level is >= LogLevel.Information and < LogLevel.None;

    public static string Compose(string message, Exception? exception) =>
        exception is null ? message : $"{message} ({JobErrors.Describe(exception)})";
}
