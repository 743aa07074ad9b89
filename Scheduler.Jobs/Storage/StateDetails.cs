using System.Globalization;
using Hangfire.States;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Hangfire's data of a state. The store keeps only what a history line or the job's hash does not tell anyway;
/// this is the other half: what was left out when writing is put back when reading.
/// </summary>
internal static class StateDetails
{
    /// <summary>What of a state's data must be stored.</summary>
    public static Dictionary<string, string> ToStore(IState state)
    {
        var data = new Dictionary<string, string>(state.SerializeData() ?? [], StringComparer.Ordinal);
        string[] known = state switch
        {
            EnqueuedState => ["EnqueuedAt", "Queue"],
            ScheduledState => ["ScheduledAt", "EnqueueAt"],
            ProcessingState => ["StartedAt", "ServerId"],
            SucceededState => ["SucceededAt", "Result"],
            FailedState => ["FailedAt"],
            DeletedState => ["DeletedAt"],
            _ => [],
        };
        foreach (var name in known)
            data.Remove(name);
        return data;
    }

    /// <summary>The data of one entry of the job's history.</summary>
    public static Dictionary<string, string> Of(JobRecord job, int index)
    {
        var entry = job.History[index];
        var data = Derived(job, entry, index);
        foreach (var (name, value) in entry.Data ?? new Dictionary<string, string>())
            data[name] = value;
        return data;
    }

    private static Dictionary<string, string> Derived(JobRecord job, HistoryEntry entry, int index)
    {
        var at = Ms(entry.At);
        var isCurrent = index == job.History.Count - 1;
        return entry.State switch
        {
            JobStates.Enqueued => new() { ["EnqueuedAt"] = at, ["Queue"] = job.Queue },
            JobStates.Scheduled => new() { ["ScheduledAt"] = at, ["EnqueueAt"] = Ms(isCurrent ? job.RunAt ?? entry.At : job.History[index + 1].At) },
            JobStates.Processing => Processing(entry.Worker ?? job.Worker ?? "unknown", at),
            JobStates.Succeeded => Succeeded(job, at, isCurrent),
            JobStates.Failed => Failed(job, entry, at),
            JobStates.Deleted => new() { ["DeletedAt"] = at },
            _ => [],
        };
    }

    // The dashboard cuts the worker's id after eight characters, and fails on a shorter one.
    private static Dictionary<string, string> Processing(string worker, string at) =>
        new() { ["StartedAt"] = at, ["ServerId"] = worker, ["WorkerId"] = worker.PadRight(8) };

    private static Dictionary<string, string> Succeeded(JobRecord job, string at, bool isCurrent)
    {
        var data = new Dictionary<string, string> { ["SucceededAt"] = at };
        if (!isCurrent || job.StartedAt is not { } started || job.FinishedAt is not { } finished)
            return data;
        data["PerformanceDuration"] = Ms(finished - started);
        data["Latency"] = Ms(started - job.CreatedAt);
        if (job.Result is { } result)
            data["Result"] = result;
        return data;
    }

    private static Dictionary<string, string> Failed(JobRecord job, HistoryEntry entry, string at)
    {
        var (type, message) = TitleOf(job.Error, entry.Reason);
        return new() { ["FailedAt"] = at, ["ExceptionType"] = type, ["ExceptionMessage"] = message, ["ExceptionDetails"] = "" };
    }

    // A thrown exception is kept as "its name: its message"; the page has a heading for the name.
    private static (string Type, string Message) TitleOf(JobError? error, string? reason)
    {
        if (error is null)
            return ("error", reason ?? "");
        var colon = error.Type == "exception" ? error.Message.IndexOf(": ", StringComparison.Ordinal) : -1;
        return colon > 0 ? (error.Message[..colon], error.Message[(colon + 2)..]) : (error.Type, error.Message);
    }

    private static string Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static string Ms(TimeSpan time) => ((long)Math.Max(time.TotalMilliseconds, 0)).ToString(CultureInfo.InvariantCulture);
}
