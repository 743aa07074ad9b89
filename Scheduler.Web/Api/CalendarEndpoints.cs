using System.Text;
using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Recurring.Calendars;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Named calendars: days on which schedules that name them do not fire.</summary>
internal static class CalendarEndpoints
{
    private const int MaxBytes = 1024 * 1024;

    public static void MapCalendarEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/calendars", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/calendars/{name}", GetAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPut("/calendars/{name}", PutAsync).RequireAuthorization(Scopes.RecurringWrite);
        api.MapDelete("/calendars/{name}", DeleteAsync).RequireAuthorization(Scopes.RecurringWrite);
    }

    private static async Task<IResult> ListAsync(HttpContext http, CalendarStore calendars) =>
        new PageAnswer<(string Name, HolidayCalendar Calendar)>(await calendars.ListAsync(http.RequestAborted).InTime(), WriteSummary);

    private static async Task<IResult> GetAsync(HttpContext http, string name, CalendarStore calendars) =>
        await calendars.GetAsync(name, http.RequestAborted).InTime() is { } calendar
            ? new ApiJson(200, writer => Write(writer, name, calendar)) : Problem.CalendarNotFound();

    private static async Task<IResult> PutAsync(HttpContext http, string name, CalendarStore calendars)
    {
        if (!Names.IsCalendar(name))
            return Problem.InvalidCalendar("A calendar's name " + Names.CalendarRule + ".");
        var (calendar, refused) = await ReadAsync(http);
        if (calendar is null)
            return refused!;
        return await calendars.PutAsync(name, calendar, http.RequestAborted).InBulkTime() switch
        {
            CalendarChange.TooMany => Problem.TooManyCalendars(CalendarStore.MaxCalendars),
            var change => new ApiJson(change == CalendarChange.Created ? 201 : 200, writer => Write(writer, name, calendar)),
        };
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string name, CalendarStore calendars) =>
        await calendars.DeleteAsync(name, http.RequestAborted).InTime() switch
        {
            CalendarChange.Deleted => Results.NoContent(),
            CalendarChange.InUse => Problem.CalendarInUse(),
            _ => Problem.CalendarNotFound(),
        };

    /// <summary>Exactly one of the two is not null.</summary>
    private static async Task<(HolidayCalendar? Calendar, ApiProblem? Refused)> ReadAsync(HttpContext http)
    {
        if (MediaType.IsCalendar(http.Request))
            return await ReadIcsAsync(http);
        if (!MediaType.IsJson(http.Request))
            return (null, Problem.UnsupportedMediaType($"{MediaType.Json} or {MediaType.Calendar}"));
        var (body, refused) = await JsonBody.ReadAsync(http, MaxBytes);
        if (body is null)
            return (null, refused);
        using (body)
        {
            var errors = new ValidationErrors();
            var calendar = JsonFields.Of(body.Root, "", errors) is { } fields ? Read(fields) : null;
            return errors.TryGetProblem(out var problem) ? (null, problem) : (calendar, null);
        }
    }

    private static async Task<(HolidayCalendar? Calendar, ApiProblem? Refused)> ReadIcsAsync(HttpContext http)
    {
        var (bytes, refused) = await BodyBytes.ReadAsync(http, MaxBytes);
        if (bytes is null)
            return (null, refused);
        using (bytes)
        {
            return IcsCalendar.TryRead(Encoding.UTF8.GetString(bytes.Memory.Span), out var calendar, out var error)
                ? (calendar, null) : (null, Problem.InvalidCalendar(error));
        }
    }

    private static HolidayCalendar Read(JsonFields fields)
    {
        var dates = fields.Items<DateOnly>("dates", HolidayCalendar.MaxDates, IsoDate.TryParse, IsoDate.Rule) ?? [];
        var yearly = fields.Items<YearlyDay>("yearly", HolidayCalendar.MaxYearly, YearlyDay.TryParse, YearlyDay.Shape) ?? [];
        fields.RefuseOthers();
        return new HolidayCalendar([.. dates.Distinct().Order()], yearly);
    }

    private static void WriteSummary(Utf8JsonWriter writer, (string Name, HolidayCalendar Calendar) item)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, item.Name);
        writer.WriteNumber("dates"u8, item.Calendar.Dates.Count);
        writer.WriteNumber("yearly"u8, item.Calendar.Yearly.Count);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, HolidayCalendar calendar)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteStrings("dates"u8, calendar.Dates.Select(IsoDate.Format));
        writer.WriteStrings("yearly"u8, calendar.Yearly.Select(y => y.ToString()));
        writer.WriteEndObject();
    }
}
