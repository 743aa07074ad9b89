using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Insight;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>The number of workers a queue needs, in the shape that KEDA's metrics-api scaler reads.</summary>
internal static class AutoscaleEndpoints
{
    private const int MaxConcurrency = 100_000;
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    public static void MapAutoscaleEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/autoscale/{queue}", AskAsync).RequireAuthorization(Scopes.JobsRead);

    private static async Task<IResult> AskAsync(HttpContext http, string queue, Autoscaler autoscaler)
    {
        if (!Names.IsQueue(queue))
            return Problem.InvalidQueueName();
        var query = new QueryValues(http.Request.Query);
        query.RefuseOthers("targetWait", "concurrency");
        var wait = query.Text("targetWait", t => IsoDuration.TryParse(t, out var d) && d > TimeSpan.Zero, "must be an ISO 8601 duration longer than zero, for example PT30S");
        var concurrency = query.Text("concurrency") is null ? (int?)null : query.Integer("concurrency", 1, MaxConcurrency, 1);
        if (query.Refused is { } refused)
            return refused;
        var target = wait is not null && IsoDuration.TryParse(wait, out var asked) ? asked : DefaultWait;
        var (advice, facts, found) = await autoscaler.AskAsync(queue, target, concurrency, http.RequestAborted).InTime();
        return new ApiJson(200, writer => Write(writer, advice, facts, found, target));
    }

    private static void Write(Utf8JsonWriter writer, ScaleAdvice advice, ScaleFacts facts, QueueRecord queue, TimeSpan target)
    {
        writer.WriteStartObject();
        writer.WriteNumber("value"u8, advice.Workers);
        writer.WriteString("queue"u8, queue.Name);
        writer.WriteString("targetWait"u8, IsoDuration.Format(target));
        writer.WriteString("why"u8, advice.Why);
        writer.WriteNumber("backlog"u8, facts.Backlog);
        writer.WriteNumber("running"u8, facts.Running);
        writer.WriteBoolean("paused"u8, facts.IsPaused);
        WriteNumber(writer, "oldestAgeMs", queue.OldestAge?.TotalMilliseconds);
        WriteNumber(writer, "arrivalsPerSecond", facts.Pace.ArrivalsPerSecond);
        WriteNumber(writer, "endsPerSecond", facts.Pace.EndsPerSecond);
        WriteNumber(writer, "meanDurationMs", facts.Pace.MeanDuration?.TotalMilliseconds);
        writer.WriteNumber("workers"u8, facts.LiveWorkers);
        writer.WriteNumber("workerConcurrency"u8, facts.Concurrency);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, Math.Round(number, 3));
        else
            writer.WriteNull(name);
    }
}
