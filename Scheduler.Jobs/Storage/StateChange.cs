using System.Text.Json;
using Hangfire.States;
using Scheduler.Jobs.DeadLetters;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>One <c>SetJobState</c> of a transaction, in the words of <c>hangfire_states.lua</c>.</summary>
internal sealed class StateChange(string jobId, IState state)
{
    public string JobId => jobId;

    public IState State => state;

    /// <summary>Where the job is to wait; null = where it waited before.</summary>
    public string? Queue { get; set; } = (state as EnqueuedState)?.Queue;

    /// <summary>The failure that led here, as JSON.</summary>
    public string? ErrorJson { get; init; }

    /// <summary>When a scheduled job is due, in Unix milliseconds; 0 for any other state.</summary>
    public long DueMs => state is ScheduledState scheduled ? new DateTimeOffset(scheduled.EnqueueAt.ToUniversalTime()).ToUnixTimeMilliseconds() : 0;

    public Operation ToOperation()
    {
        var data = StateDetails.ToStore(state);
        var result = ResultOf(state, data);
        return new Operation("state",
            jobId, state.Name, state.Reason ?? "", Json(data), Queue ?? "", state is ScheduledState ? DueMs : "", result, ErrorJson ?? "",
            state is SucceededState done ? done.PerformanceDuration : "",
            (state as ProcessingState)?.ServerId ?? "",
            (state as AwaitingState)?.ParentId ?? "");
    }

    public static Operation LineOnly(string jobId, IState state) =>
        new("line", jobId, state.Name, state.Reason ?? "", Json(StateDetails.ToStore(state)));

    /// <summary>What the API shows as the job's error.</summary>
    public static string ErrorOf(FailedState failed, int attempt)
    {
        var problem = failed.Exception;
        var type = problem is TypeNotAllowedException ? TypeNotAllowedException.ErrorType : "exception";
        return JsonSerializer.Serialize(new JobError(type, $"{problem.GetType().Name}: {problem.Message}", attempt) { Trace = FailureTrace.Of(problem) }, JsonSerializerOptions.Web);
    }

    private static string Json(Dictionary<string, string> data) => data.Count == 0 ? "" : JsonSerializer.Serialize(data);

    /// <summary>The result as JSON, null for none. False where its text is no JSON.</summary>
    public static bool TryReadResult(SucceededState success, out string? json)
    {
        json = success.Result is null ? null : success.SerializeData().GetValueOrDefault("Result");
        if (json is null)
            return true;
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Hangfire's data carries the result as JSON text; where it could not be written as such it stays in the data.
    private static string ResultOf(IState state, Dictionary<string, string> data)
    {
        if (state is not SucceededState success)
            return "";
        if (TryReadResult(success, out var json))
            return json ?? "";
        data["Result"] = json!;
        return "";
    }
}
