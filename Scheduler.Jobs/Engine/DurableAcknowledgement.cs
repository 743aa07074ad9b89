using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// The embedded server answers before a write has left its process, so a kill -9 right after the answer would lose what was
/// acknowledged (seen: 4 of 2,000 jobs). Its own switch to wait for every command stalls for seconds under concurrent clients (seen too).
/// So callers wait here instead: one commit runs at a time, and everybody who comes meanwhile shares the next one.
/// </summary>
internal sealed class DurableAcknowledgement(Func<IDatabase> database)
{
    /// <summary>A command that the embedded server alone knows, by which it is recognised too; a real Redis needs none.</summary>
    public const string Command = "SCHEDULER.DURABLE";

    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;
    private Task? next;

    /// <summary>Completes when everything answered before this call is in the server's log file.</summary>
    public Task CommitAsync()
    {
        lock (gate)
            return next ??= CommitAfterAsync(running);
    }

    private async Task CommitAfterAsync(Task previous)
    {
        // Yields even when nothing runs: whoever arrives until then is covered too.
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        Task commit;
        lock (gate)
        {
            next = null;
            running = commit = database().ExecuteAsync(Command);
        }

        await commit;
    }
}
