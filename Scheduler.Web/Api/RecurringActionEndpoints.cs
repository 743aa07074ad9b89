using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>What one does to a schedule without changing its definition: trigger, pause, resume.</summary>
internal static class RecurringActionEndpoints
{
    private const int MaxNote = 500;

    public static void MapRecurringActionEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapPost("/recurring/{id}/trigger", TriggerAsync).RequireAuthorization(Scopes.RecurringWrite);
        api.MapPost("/recurring/{id}/pause", PauseAsync).RequireAuthorization(Scopes.RecurringWrite);
        api.MapPost("/recurring/{id}/resume", ResumeAsync).RequireAuthorization(Scopes.RecurringWrite);
    }

    private static async Task<IResult> TriggerAsync(
        HttpContext http, string id, RecurringStore schedules, JobTypeRegistry types, AcceptedJob accepted, DurabilityHeader durability)
    {
        if (!IdempotencyHeader.TryRead(http, out var key, out var badKey))
            return badKey;
        var errors = new ValidationErrors();
        var (request, refused) = await OptionalBody.ReadAsync(http, (body, fields) => TriggerRequest.Read(body, fields), errors);
        if (refused is not null)
            return refused;
        if (await schedules.GetAsync(id, http.RequestAborted).InTime() is not { } schedule)
            return Problem.RecurringNotFound();
        if (request!.Args is { } args && CheckArgs(args, schedule, types) is { } wrong)
            return wrong;
        var idempotency = IdempotencyHeader.For(http, key, $"/recurring/{id}/trigger", request.Hash);
        if (await schedules.TriggerAsync(id, request.Args, idempotency, http.RequestAborted).InTime() is not { } triggered)
            return Problem.RecurringNotFound();
        await durability.StateAsync(http.Response, triggered.Result);
        return await accepted.AnswerAsync(triggered.Result, triggered.Job, http.RequestAborted);
    }

    private static ApiProblem? CheckArgs(string args, ScheduleRecord schedule, JobTypeRegistry types)
    {
        var errors = new ValidationErrors();
        if (schedule.Compiled.Invocation is not null || !types.TryGet(schedule.Definition.Type, out var type))
            errors.Add("/args", "cannot be given: the schedule runs a method of its own, not a job type");
        else
            JobRequestReader.CheckArgs(JsonElement.Parse(args), "/args", type, errors);
        return errors.TryGetProblem(out var problem) ? problem : null;
    }

    private static async Task<IResult> PauseAsync(HttpContext http, string id, RecurringStore schedules, TimeProvider time)
    {
        var errors = new ValidationErrors();
        var (pause, refused) = await OptionalBody.ReadAsync(http, (_, fields) => ReadPause(fields, time.GetUtcNow()), errors);
        if (refused is not null)
            return refused;
        return await schedules.PauseAsync(id, pause!.Note, pause.Until, http.RequestAborted).InTime() is { } schedule
            ? RecurringAnswer.Of(200, schedule) : Problem.RecurringNotFound();
    }

    private static async Task<IResult> ResumeAsync(HttpContext http, string id, RecurringStore schedules)
    {
        var (_, refused) = await OptionalBody.ReadAsync(http, (body, _) => body.ToString(), new ValidationErrors());
        if (refused is not null)
            return refused;
        return await schedules.ResumeAsync(id, http.RequestAborted).InTime() is { } schedule
            ? RecurringAnswer.Of(200, schedule) : Problem.RecurringNotFound();
    }

    private static PauseRequest ReadPause(JsonFields fields, DateTimeOffset now)
    {
        var note = fields.Text("note");
        if (note is { Length: > MaxNote })
            fields.Refuse("note", $"must have at most {MaxNote} characters");
        var until = fields.Instant("until");
        if (until <= now)
            fields.Refuse("until", "must be in the future");
        return new PauseRequest(note, until);
    }

    private sealed record PauseRequest(string? Note, DateTimeOffset? Until);

    /// <param name="Args">As compact JSON; null = the schedule's own.</param>
    /// <param name="Hash">Of the body, for the idempotency key.</param>
    private sealed record TriggerRequest(string? Args, byte[] Hash)
    {
        public static TriggerRequest Read(JsonElement body, JsonFields fields)
        {
            var args = fields.Value("args");
            if (args is { ValueKind: not JsonValueKind.Object })
                fields.Refuse("args", "must be an object", ProblemCodes.InvalidArgs);
            return new TriggerRequest(args is { } given ? CompactJson.Write(given) : null, IdempotencyHeader.Hash(body));
        }
    }
}
