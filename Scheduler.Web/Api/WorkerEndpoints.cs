using System.Text.Json;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Worker processes: who lives, how busy, and the order to drain.</summary>
internal static class WorkerEndpoints
{
    public static void MapWorkerEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/workers", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPost("/workers/{id}/drain", DrainAsync).RequireAuthorization(Scopes.Admin);
    }

    private static async Task<IResult> ListAsync(HttpContext http, WorkerStore workers) =>
        new PageAnswer<WorkerRecord>(await workers.ListAsync(http.RequestAborted).InTime(), Write);

    private static async Task<IResult> DrainAsync(HttpContext http, string id, WorkerStore workers)
    {
        // Only an id that is listed reaches the store: the path is free text.
        var worker = (await workers.ListAsync(http.RequestAborted).InTime()).FirstOrDefault(w => w.Id == id);
        if (worker is null || !await workers.DrainAsync(id, http.RequestAborted).InTime())
            return Problem.WorkerNotFound();
        return new ApiJson(202, writer => Write(writer, worker with { Draining = true }));
    }

    private static void Write(Utf8JsonWriter writer, WorkerRecord worker)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, worker.Id);
        writer.WriteString("host"u8, worker.Host);
        writer.WriteStrings("queues"u8, worker.Queues);
        writer.WriteNumber("concurrency"u8, worker.Concurrency);
        writer.WriteNumber("running"u8, worker.Running);
        writer.WriteInstant("startedAt"u8, worker.StartedAt);
        writer.WriteInstant("heartbeatAt"u8, worker.HeartbeatAt);
        writer.WriteString("state"u8, worker.Draining ? "draining" : "running");
        writer.WriteStartObject("labels"u8);
        foreach (var (name, value) in worker.Labels)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteObjects("children"u8, worker.Children, WriteChild);
        writer.WriteEndObject();
    }

    private static void WriteChild(Utf8JsonWriter writer, WorkerChild child)
    {
        writer.WriteNumber("pid"u8, child.Pid);
        writer.WriteString("jobId"u8, child.JobId);
        writer.WriteNumber("attempts"u8, child.Attempts);
        writer.WriteNumber("memoryBytes"u8, child.MemoryBytes);
        writer.WriteInstant("startedAt"u8, child.StartedAt);
    }
}
