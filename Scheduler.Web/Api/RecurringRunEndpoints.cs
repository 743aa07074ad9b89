using System.Text.Json;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>What a schedule has run, and what it should have: history and backfill.</summary>
internal static class RecurringRunEndpoints
{
    public static void MapRecurringRunEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/recurring/{id}/runs", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPost("/recurring/{id}/backfill", BackfillAsync).RequireAuthorization(Scopes.RecurringWrite);
    }

    private static async Task<IResult> ListAsync(HttpContext http, string id, RecurringStore schedules, RunStore runs)
    {
        if (!PageQuery.TryRead(http.Request, out var page, out var refused))
            return refused;
        if (await schedules.GetAsync(id, http.RequestAborted).InTime() is null)
            return Problem.RecurringNotFound();
        return new PageAnswer<ScheduleRun>(await runs.ListAsync(id, page.Limit, page.After, http.RequestAborted).InTime(), Write);
    }

    private static async Task<IResult> BackfillAsync(HttpContext http, string id, BackfillStore backfills, TimeProvider time)
    {
        if (!IdempotencyHeader.TryRead(http, out var key, out var badKey))
            return badKey;
        var (body, refused) = await JsonBody.ReadAsync(http);
        if (body is null)
            return refused!;
        using (body)
        {
            var errors = new ValidationErrors();
            if (Read(body.Root, time.GetUtcNow(), errors) is not { } request)
                return errors.ToProblem();
            var idempotency = IdempotencyHeader.For(http, key, $"/recurring/{id}/backfill", IdempotencyHeader.Hash(body.Root));
            return await backfills.RunAsync(id, request, idempotency, http.RequestAborted).InBulkTime() switch
            {
                BackfillResult.Accepted accepted => Answer(accepted),
                BackfillResult.TooMany => Problem.TooManyJobs(JobStore.MaxBulk),
                BackfillResult.KeyReused => Problem.IdempotencyKeyReused(),
                _ => Problem.RecurringNotFound(),
            };
        }
    }

    private static BackfillRequest? Read(JsonElement body, DateTimeOffset now, ValidationErrors errors)
    {
        if (JsonFields.Of(body, "", errors) is not { } fields)
            return null;
        var (from, to) = (fields.Instant("from"), fields.Instant("to") ?? now);
        if (fields.Value("from") is null)
            fields.Refuse("from", "is required");
        if (from > to)
            fields.Refuse("to", "must not be before from");
        if (from > now)
            fields.Refuse("from", "must be in the past");
        var pace = fields.Duration("pace") ?? TimeSpan.Zero;
        var again = fields.Flag("again") ?? false;
        fields.RefuseOthers();
        return errors.Count == 0 ? new BackfillRequest(from!.Value, to, pace, again) : null;
    }

    private static ApiJson Answer(BackfillResult.Accepted accepted) =>
        new(accepted.IsReplay ? 200 : 202, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("accepted"u8, accepted.Count);
            writer.WriteString("tag"u8, accepted.Tag);
            writer.WriteEndObject();
        })
        {
            Headers = accepted.IsReplay ? [(IdempotencyHeader.Replayed, "true")] : [],
        };

    private static void Write(Utf8JsonWriter writer, ScheduleRun run)
    {
        writer.WriteStartObject();
        writer.WriteString("jobId"u8, run.JobId);
        writer.WriteString("state"u8, run.State.ToLowerInvariant());
        writer.WriteInstant("scheduledFor"u8, run.ScheduledFor);
        writer.WriteInstant("startedAt"u8, run.StartedAt);
        writer.WriteInstant("finishedAt"u8, run.FinishedAt);
        writer.WriteNumber("attempt"u8, run.Attempt);
        writer.WriteObject("error"u8, run.Error, JobAnswer.WriteError);
        writer.WriteBoolean("jobKept"u8, run.IsKept);
        writer.WriteEndObject();
    }
}
