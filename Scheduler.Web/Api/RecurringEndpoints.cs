using System.Buffers.Text;
using System.Text;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Schedules: put, look, list, preview, delete. <see cref="RecurringActionEndpoints"/> has the rest.</summary>
internal static class RecurringEndpoints
{
    private const int DefaultCount = 10, MaxCount = 1_000;

    public static void MapRecurringEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/recurring", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/recurring/{id}", GetAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/recurring/{id}/occurrences", ListOccurrencesAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPut("/recurring/{id}", PutAsync).RequireAuthorization(Scopes.RecurringWrite);
        api.MapDelete("/recurring/{id}", DeleteAsync).RequireAuthorization(Scopes.RecurringWrite);
        api.MapRecurringActionEndpoints();
        api.MapRecurringBulkEndpoints();
        api.MapRecurringRunEndpoints();
    }

    private static async Task<IResult> PutAsync(
        HttpContext http, string id, RecurringRequestReader reader, CalendarCache calendars, RecurringStore schedules)
    {
        var query = new QueryValues(http.Request.Query);
        query.RefuseOthers("dryRun");
        var isDryRun = query.Text("dryRun", t => t is "true" or "false", "must be true or false") == "true";
        if (query.Refused is { } badQuery)
            return badQuery;
        var (body, refused) = await JsonBody.ReadAsync(http);
        if (body is null)
            return refused!;
        using (body)
        {
            var errors = new ValidationErrors();
            if (!Names.IsScheduleId(id))
                errors.Add("/id", Names.ScheduleIdRule);
            var known = await calendars.NowAsync(http.RequestAborted).InTime();
            if (reader.Read(id, body.Root, known, errors) is not { } definition || errors.Count > 0)
                return errors.ToProblem();
            if (isDryRun)
                return RecurringAnswer.Put(200, await schedules.TryOutAsync(id, definition, http.RequestAborted).InTime());
            var precondition = RecurringPrecondition.Of(http.Request);
            return await schedules.PutAsync(id, definition, precondition, http.RequestAborted).InTime() switch
            {
                PutScheduleResult.Created created => RecurringAnswer.Put(201, created.Schedule, ("Location", "/api/v1/recurring/" + id)),
                PutScheduleResult.Replaced replaced => RecurringAnswer.Put(200, replaced.Schedule),
                _ => Problem.PreconditionFailed(),
            };
        }
    }

    private static async Task<IResult> GetAsync(HttpContext http, string id, RecurringStore schedules) =>
        await schedules.GetAsync(id, http.RequestAborted).InTime() is { } schedule
            ? RecurringAnswer.Of(200, schedule) : Problem.RecurringNotFound();

    private static async Task<IResult> DeleteAsync(HttpContext http, string id, RecurringStore schedules) =>
        await schedules.DeleteAsync(id, RecurringPrecondition.Of(http.Request), http.RequestAborted).InTime() switch
        {
            DeleteScheduleResult.Deleted => Results.NoContent(),
            DeleteScheduleResult.PreconditionFailed => Problem.PreconditionFailed(),
            _ => Problem.RecurringNotFound(),
        };

    private static async Task<IResult> ListAsync(HttpContext http, RecurringStore schedules)
    {
        if (!PageQuery.TryRead(http.Request, out var asked, out var refused, FromPosition))
            return refused;
        var page = await schedules.ListAsync(asked.Limit, asked.After, http.RequestAborted).InTime();
        return new PageAnswer<ScheduleRecord>(page with { NextCursor = AsPosition(page.NextCursor) }, RecurringAnswer.Write);
    }

    private static async Task<IResult> ListOccurrencesAsync(HttpContext http, string id, RecurringStore schedules)
    {
        var query = new QueryValues(http.Request.Query);
        query.RefuseOthers("count", "from");
        var count = query.Integer("count", 1, MaxCount, DefaultCount);
        var from = query.Text("from", t => IsoInstant.TryParse(t, out _), IsoInstant.Rule);
        if (query.Refused is { } refused)
            return refused;
        if (await schedules.GetAsync(id, http.RequestAborted).InTime() is not { } schedule)
            return Problem.RecurringNotFound();
        var start = from is not null && IsoInstant.TryParse(from, out var instant) ? instant : schedule.ReadAt;
        var preview = SchedulePreview.Of(schedule, start, count);
        return new ApiJson(200, writer => PreviewAnswer.Write(writer, preview));
    }

    // A schedule that a Hangfire client made may have any characters in its id; a position may not.
    private static string? AsPosition(string? id) => id is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(id));

    private static string? FromPosition(string position) =>
        Base64Url.IsValid(position) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(position)) : null;
}
