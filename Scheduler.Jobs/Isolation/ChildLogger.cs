using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.Jobs.Isolation;

/// <summary>Sends log lines to the parent, whose log and whose job's log they belong to.</summary>
internal sealed class ChildLogger(Action<ChildMessage> tell) : ILogger
{
    private const int MaxMessage = 8_000;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var message = formatter(state, exception);
        if (exception is not null)
            message = $"{message} ({JobErrors.Describe(exception)})";
        tell(new ChildMessage.Log(logLevel, message.Length > MaxMessage ? message[..MaxMessage] : message));
    }
}

/// <summary>Every logger of a child process goes to its parent; the program's own log is the parent's.</summary>
internal sealed class ChildLoggerFactory : ILoggerFactory
{
    private readonly ChildLogger logger = new(message =>
    {
        try
        {
            IsolatedChild.Parent.Write(message);
        }
        catch (IOException)
        {
            // The loop notices the same, and ends the process.
        }
    });

    public ILogger CreateLogger(string categoryName) => logger;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
