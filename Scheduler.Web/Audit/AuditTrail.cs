using Scheduler.Jobs.Audit;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Audit;

/// <summary>
/// Writes the audit log: every entry as a log event of the category <c>Scheduler.Web.Audit.AuditTrail</c>, and the newest to the store.
/// Equal calls within a second are one entry, so that neither a client that enqueues thousands of jobs a second nor one that guesses
/// keys can drown the rest. What a killed process had collected in its last second is lost.
/// </summary>
internal sealed partial class AuditTrail(AuditStore store, TimeProvider time, ILogger<AuditTrail> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Different calls told apart within a second; what comes on top is counted together.</summary>
    private const int MaxDistinct = 1_000;

    private readonly Lock gate = new();
    private Dictionary<AuditCall, AuditEntry> collected = [];

    /// <summary>To be called when the answer is known.</summary>
    public void Note(AuditCall call, string traceId)
    {
        lock (gate)
        {
            var kept = collected.Count < MaxDistinct || collected.ContainsKey(call) ? call : AuditCall.Rest;
            collected[kept] = collected.TryGetValue(kept, out var entry)
                ? entry with { Count = entry.Count + 1, TraceId = traceId }
                : kept.ToEntry(time.GetUtcNow(), traceId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync();
        }
        catch (OperationCanceledException)
        {
            await WriteAsync();
        }
    }

    /// <summary>What was collected until now.</summary>
    internal async Task WriteAsync()
    {
        IReadOnlyList<AuditEntry> entries;
        lock (gate)
        {
            entries = [.. collected.Values];
            collected = [];
        }
        if (entries.Count == 0)
            return;
        foreach (var entry in entries)
            LogEntry(JsonFormat.Instant(entry.At), entry.Who, entry.From, entry.Method, entry.Path, entry.Status, entry.Count, entry.TraceId);
        await StoreAsync(entries);
    }

    private async Task StoreAsync(IReadOnlyList<AuditEntry> entries)
    {
        try
        {
            await store.AppendAsync(entries, CancellationToken.None).InTime();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            LogNotStored(entries.Count);
        }
    }

    [LoggerMessage(2300, LogLevel.Information, "{At} {Who} from {From}: {Method} {Path} answered {Status}, {Count} times, trace {AuditTraceId}")]
    private partial void LogEntry(string at, string who, string from, string method, string path, int status, int count, string auditTraceId);

    [LoggerMessage(2301, LogLevel.Warning, "{Count} audit entries are in this log only: the store could not take them")]
    private partial void LogNotStored(int count);
}
