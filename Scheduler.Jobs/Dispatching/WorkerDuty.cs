using Microsoft.Extensions.Logging;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Whether this worker still claims. Once it drains, asked by a person or by the host's stop, it never claims again.</summary>
internal sealed partial class WorkerDuty(WorkerIdentity worker, WorkerSignals signals, ILogger<WorkerDuty> logger) : IDisposable
{
    private readonly CancellationTokenSource draining = new();

    public bool IsDraining => draining.IsCancellationRequested;

    /// <summary>Fires when no more jobs may be claimed.</summary>
    public CancellationToken Draining => draining.Token;

    public void StopClaiming()
    {
        if (IsDraining)
            return;
        LogDraining(worker.Id);
        draining.Cancel();
        signals.Changed.Set();
    }

    public void Dispose() => draining.Dispose();

    [LoggerMessage(1150, LogLevel.Information, "Worker {WorkerId} drains: it claims no more jobs.")]
    private partial void LogDraining(string workerId);
}
