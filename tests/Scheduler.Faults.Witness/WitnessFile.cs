using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Faults.Witness;

/// <summary>
/// What handlers of this process really did, in a file of its own: one write call a line, so that a kill -9 takes nothing back.
/// Instants are the machine's monotonic clock, which all its processes share and no clock fault moves.
/// </summary>
public sealed class WitnessFile : IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream? file;
    private readonly TimeProvider time = TimeProvider.System;

    /// <param name="folder">Null: nothing is witnessed.</param>
    public WitnessFile(string? folder)
    {
        if (folder is not null)
            file = new FileStream(Path.Combine(folder, $"witness-{Environment.ProcessId}-{Now()}.jsonl"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <param name="what"><c>start</c>, <c>done</c>, <c>threw</c>, <c>cancelled</c>, <c>crash</c>, <c>blocks</c> (its thread, until it is done).</param>
    public void Write(string what, JobContext job, string marker)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new
        {
            t = Now(),
            what,
            job = job.Id,
            marker,
            fence = job.FencingToken,
            attempt = job.Attempt,
            pid = Environment.ProcessId,
            scheduledFor = job.ScheduledFor?.ToUnixTimeMilliseconds(),
        });
        lock (gate)
            file?.Write([.. line, (byte)'\n']);
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private long Now() => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
