using System.Text.Json.Serialization;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Web.Api.Answers;

namespace Scheduler.Web.Streaming;

/// <summary>An event as clients see it, the same over SSE and SignalR. The order of the members is the order on the wire.</summary>
internal sealed record EventData
{
    /// <summary>Null where the event is of a schedule.</summary>
    public required string? JobId { get; init; }
    public required string Type { get; init; }
    public required string Queue { get; init; }
    public required string State { get; init; }
    public required string At { get; init; }
    public required int Attempt { get; init; }
    public required long? DurationMs { get; init; }

    [JsonConverter(typeof(StoredJsonConverter))]
    public required string? Result { get; init; }

    public required JobError? Error { get; init; }
    public required IReadOnlyList<string> Tags { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RecurringId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProgressRecord? Progress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastSuccessAt { get; init; }

    public static EventData From(JobEvent happened) => new()
    {
        JobId = happened.JobId.Length == 0 ? null : happened.JobId,
        Type = happened.Type,
        Queue = happened.Queue,
        State = happened.State,
        At = JsonFormat.Instant(happened.At),
        Attempt = happened.Attempt,
        DurationMs = happened.DurationMs,
        Result = happened.ResultJson,
        Error = happened.Error,
        Tags = happened.Tags,
        RecurringId = happened.RecurringId,
        Progress = happened.Progress,
        Note = happened.Note,
        LastSuccessAt = happened.LastSuccessAt is { } at ? JsonFormat.Instant(at) : null,
    };
}

/// <summary>Events were missed: read again what they would have told.</summary>
/// <param name="From">The id asked for, or the last one sent.</param>
/// <param name="OldestKept">The oldest event still there.</param>
internal sealed record GapData(string From, string OldestKept)
{
    public static GapData Of(FeedItem.Gap gap) => new(gap.From.ToString(), gap.OldestKept.ToString());
}
