using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Queues: how full, how late, paused or not.</summary>
internal static class QueueEndpoints
{
    private const int MaxNote = 500;

    public static void MapQueueEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/queues", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/queues/{name}", GetAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPost("/queues/{name}/pause", PauseAsync).RequireAuthorization(Scopes.Admin);
        api.MapPost("/queues/{name}/resume", ResumeAsync).RequireAuthorization(Scopes.Admin);
    }

    private static async Task<IResult> ListAsync(HttpContext http, QueueStore queues) =>
        new PageAnswer<QueueRecord>(await queues.ListAsync(http.RequestAborted).InTime(), Write);

    private static async Task<IResult> GetAsync(HttpContext http, string name, QueueStore queues)
    {
        if (!Names.IsQueue(name))
            return Problem.InvalidQueueName();
        return await queues.GetAsync(name, http.RequestAborted).InTime() is { } queue ? Show(queue) : Problem.QueueNotFound();
    }

    private static async Task<IResult> PauseAsync(HttpContext http, string name, QueueStore queues)
    {
        if (!Names.IsQueue(name))
            return Problem.InvalidQueueName();
        var (request, refused) = await OptionalBody.ReadAsync(http, (_, fields) => ReadPause(fields), new ValidationErrors());
        if (refused is not null)
            return refused;
        await queues.PauseAsync(name, Caller.NameOf(http.User), request!.Note, http.RequestAborted).InTime();
        return await ShowAsync(http, name, queues);
    }

    /// <summary>A queue that nobody used or paused cannot be resumed: most likely its name is misspelled.</summary>
    private static async Task<IResult> ResumeAsync(HttpContext http, string name, QueueStore queues)
    {
        if (!Names.IsQueue(name))
            return Problem.InvalidQueueName();
        if (await queues.GetAsync(name, http.RequestAborted).InTime() is null)
            return Problem.QueueNotFound();
        await queues.ResumeAsync(name, http.RequestAborted).InTime();
        return await ShowAsync(http, name, queues);
    }

    private static PauseRequest ReadPause(JsonFields fields)
    {
        var note = fields.Text("note");
        if (note is { Length: > MaxNote })
            fields.Refuse("note", $"must have at most {MaxNote} characters");
        return new PauseRequest(note);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string name, QueueStore queues) =>
        Show(await queues.GetAsync(name, http.RequestAborted).InTime() ?? new QueueRecord(name, 0, null, 0, null));

    private static ApiJson Show(QueueRecord queue) => new(200, writer => Write(writer, queue));

    private static void Write(Utf8JsonWriter writer, QueueRecord queue)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, queue.Name);
        writer.WriteNumber("length"u8, queue.Length);
        writer.WriteNumber("oldestAgeMs"u8, (long?)queue.OldestAge?.TotalMilliseconds);
        writer.WriteNumber("processing"u8, queue.Processing);
        writer.WriteBoolean("paused"u8, queue.Paused);
        writer.WriteObject("pause"u8, queue.Pause, WritePause);
        writer.WriteEndObject();
    }

    private static void WritePause(Utf8JsonWriter writer, QueuePause pause)
    {
        writer.WriteInstant("at"u8, pause.At);
        writer.WriteString("by"u8, pause.By);
        writer.WriteString("note"u8, pause.Note);
    }

    private sealed record PauseRequest(string? Note);
}
