using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Many schedules in one put: all of them, or none.</summary>
internal static class RecurringBulkEndpoints
{
    /// <summary>The most schedules of one call.</summary>
    private const int MaxSchedules = ScheduleStore.MaxBatch;

    public static void MapRecurringBulkEndpoints(this IEndpointRouteBuilder api) =>
        api.MapPut("/recurring", PutManyAsync).RequireAuthorization(Scopes.RecurringWrite);

    private static async Task<IResult> PutManyAsync(
        HttpContext http, RecurringRequestReader reader, CalendarCache calendars, RecurringStore schedules)
    {
        var (body, refused) = await JsonBody.ReadAsync(http, BulkBody.MaxBytes);
        if (body is null)
            return refused!;
        using (body)
        {
            var errors = new ValidationErrors();
            var known = await calendars.NowAsync(http.RequestAborted).InTime();
            var wanted = Read(body.Root, reader, known, errors);
            if (errors.TryGetProblem(out var problem))
                return problem;
            var put = await schedules.PutManyAsync(wanted, http.RequestAborted).InBulkTime();
            return new ApiJson(200, writer => Write(writer, put));
        }
    }

    private static List<(string Id, ScheduleDefinition Definition)> Read(
        JsonElement body, RecurringRequestReader reader, CalendarSet calendars, ValidationErrors errors)
    {
        List<(string Id, ScheduleDefinition Definition)> wanted = [];
        if (JsonFields.Of(body, "", errors) is not { } fields)
            return wanted;
        var list = fields.Value("schedules");
        fields.RefuseOthers();
        if (list is not { ValueKind: JsonValueKind.Array } items || items.GetArrayLength() is 0 or > MaxSchedules)
        {
            fields.Refuse("schedules", $"must be a list of 1 to {MaxSchedules} schedules");
            return wanted;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in items.EnumerateArray())
        {
            var pointer = string.Create(CultureInfo.InvariantCulture, $"/schedules/{index++}");
            if (reader.ReadOne(item, pointer, calendars, errors) is not { } schedule)
                continue;
            if (!seen.Add(schedule.Id))
                errors.Add(pointer + "/id", "is there twice");
            wanted.Add(schedule);
        }
        return wanted;
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ScheduleRecord> put)
    {
        writer.WriteStartObject();
        writer.WriteObjects("items"u8, put, static (w, schedule) =>
        {
            w.WriteString("id"u8, schedule.Id);
            w.WriteString("etag"u8, RecurringPrecondition.EntityTag(schedule));
            w.WriteInstant("nextAt"u8, schedule.RunsLeft == 0 ? null : schedule.NextAt);
        });
        writer.WriteEndObject();
    }
}
