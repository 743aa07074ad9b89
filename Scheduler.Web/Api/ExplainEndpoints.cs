using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Insight;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Why a job is not running, or where its time went.</summary>
internal static class ExplainEndpoints
{
    public static void MapExplainEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/jobs/{id}/explain", ExplainAsync).RequireAuthorization(Scopes.JobsRead);

    private static async Task<IResult> ExplainAsync(HttpContext http, string id, JobExplainer explainer) =>
        Names.IsJobId(id) && await explainer.ExplainAsync(id, http.RequestAborted).InTime() is { } found
            ? new ApiJson(200, writer => Write(writer, found))
            : Problem.JobNotFound();

    private static void Write(Utf8JsonWriter writer, Explanation found)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, found.Job.Id);
        writer.WriteString("state"u8, found.Job.State.ToLowerInvariant());
        writer.WriteInstant("at"u8, found.At);
        writer.WriteString("summary"u8, found.Summary);
        writer.WriteInstant("estimatedStartAt"u8, found.EstimatedStartAt);
        writer.WriteObjects("reasons"u8, found.Reasons, WriteReason);
        writer.WriteObjects("timeline"u8, found.Timeline.Phases, WritePhase);
        writer.WriteObject("totals"u8, found.Timeline, WriteTotals);
        writer.WriteEndObject();
    }

    /// <summary>Members that do not fit the reason's code are left out.</summary>
    private static void WriteReason(Utf8JsonWriter writer, Reason reason)
    {
        writer.WriteString("code"u8, reason.Code);
        writer.WriteString("text"u8, reason.Text);
        foreach (var (name, value) in new[] { ("queue", reason.Queue), ("by", reason.By), ("note", reason.Note), ("resource", reason.Resource), ("jobId", reason.JobId), ("worker", reason.Worker) })
        {
            if (value is not null)
                writer.WriteString(name, value);
        }
        if (reason.Since is { } since)
            writer.WriteInstant("since"u8, since);
        if (reason.Until is { } until)
            writer.WriteInstant("until"u8, until);
        if (reason.Ahead is { } ahead)
            writer.WriteNumber("ahead"u8, ahead);
        if (reason.PerSecond is { } pace)
            writer.WriteNumber("perSecond"u8, Math.Round(pace, 3));
        if (reason.DurationMs is { } duration)
            writer.WriteNumber("durationMs"u8, duration);
    }

    private static void WritePhase(Utf8JsonWriter writer, JobPhase phase)
    {
        writer.WriteString("phase"u8, phase.Name);
        writer.WriteInstant("from"u8, phase.From);
        writer.WriteInstant("to"u8, phase.To);
        writer.WriteNumber("durationMs"u8, (long)phase.Duration.TotalMilliseconds);
        writer.WriteString("worker"u8, phase.Worker);
        writer.WriteString("reason"u8, phase.Reason);
    }

    private static void WriteTotals(Utf8JsonWriter writer, JobTimeline timeline)
    {
        foreach (var name in JobTimeline.PhaseNames)
            writer.WriteNumber(name + "Ms", (long)timeline.In(name).TotalMilliseconds);
        writer.WriteNumber("totalMs"u8, (long)timeline.Total.TotalMilliseconds);
        writer.WriteBoolean("complete"u8, timeline.IsWhole);
    }
}
