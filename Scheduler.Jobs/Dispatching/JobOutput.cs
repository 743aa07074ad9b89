using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>What a running job says: its log lines and its newest progress, sent a few times a second and before its outcome.</summary>
/// <param name="lost">Told once, with the reason, when some of it could not be sent.</param>
internal sealed class JobOutput(
    Func<IReadOnlyList<JobLogLine>, Task> appendLines, Func<ProgressRecord, Task> reportProgress, Action<Exception> lost,
    int attempt, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(250);

    // The log keeps 64 KB of a job: more lines than these between two flushes would push each other out.
    private const int MaxPendingLines = 1000;
    private const int MaxLineLength = 8000;

    private readonly Lock gate = new();
    private readonly Queue<JobLogLine> lines = new(0);
    private JobProgress? progress;
    private ITimer? timer;
    private bool scheduled;
    private bool closed;
    private Task sending = Task.CompletedTask;

    /// <summary>Lines and reports that never reached the store.</summary>
    public int Lost { get; private set; }

    public void Write(LogLevel level, string message)
    {
        var line = new JobLogLine(time.GetUtcNow(), level.ToString(), message.Length > MaxLineLength ? message[..MaxLineLength] : message, attempt);
        lock (gate)
        {
            if (closed)
                return;
            if (lines.Count == MaxPendingLines)
                lines.Dequeue();
            lines.Enqueue(line);
            ScheduleFlush();
        }
    }

    public void Report(JobProgress newest)
    {
        lock (gate)
        {
            if (closed)
                return;
            progress = newest;
            ScheduleFlush();
        }
    }

    /// <summary>Sends what is left; what comes later is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            closed = true;
            if (timer is null)
                return;
            timer.Dispose();
            last = sending = SendAfterAsync(sending);
        }

        await last;
    }

    private void ScheduleFlush()
    {
        if (scheduled)
            return;
        scheduled = true;
        timer ??= time.CreateTimer(static output => ((JobOutput)output!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(FlushEvery, Timeout.InfiniteTimeSpan);
    }

    private void Flush()
    {
        lock (gate)
        {
            scheduled = false;
            if (!closed)
                sending = SendAfterAsync(sending);
        }
    }

    private async Task SendAfterAsync(Task earlier)
    {
        await earlier;
        JobLogLine[] newLines;
        JobProgress? newest;
        lock (gate)
        {
            (newLines, newest) = ([.. lines], progress);
            lines.Clear();
            progress = null;
        }

        if (newLines.Length > 0)
            await SendAsync(appendLines, newLines, newLines.Length);
        if (newest is not null)
            await SendAsync(reportProgress, new ProgressRecord(newest.Percent, newest.Message), 1);
    }

    // Output is an observer: losing it must not hurt the job, whatever the reason.
    private async Task SendAsync<T>(Func<T, Task> send, T what, int count)
    {
        try
        {
            await send(what);
        }
        catch (Exception e)
        {
            if (Lost == 0)
                lost(e);
            Lost += count;
        }
    }
}
