using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Copies what any logger writes while a handler runs, in it or in a service it calls, into the job's log, from Information on.
/// The framework's own lines and ours stay out.
/// </summary>
internal sealed class JobLogCapture : ILoggerProvider
{
    private static readonly AsyncLocal<JobOutput?> Current = new();
    // Ours: the job's own logger writes to the job's log by itself.
    private static readonly string[] Others = ["Microsoft.", "System.", "Scheduler.", "Hangfire."];

    /// <summary>From here on in this flow, and in what it starts.</summary>
    public static void Into(JobOutput output) => Current.Value = output;

    public ILogger CreateLogger(string categoryName) =>
        Others.Any(other => categoryName.StartsWith(other, StringComparison.Ordinal)) ? NullLogger.Instance : new Capturing();

    public void Dispose()
    {
    }

    private sealed class Capturing : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => JobLogger.IsCaptured(logLevel) && Current.Value is not null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Current.Value!.Write(logLevel, JobLogger.Compose(formatter(state, exception), exception));
        }
    }
}
