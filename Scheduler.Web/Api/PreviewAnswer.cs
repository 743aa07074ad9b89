using System.Text.Json;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Answers;

namespace Scheduler.Web.Api;

/// <summary>What a schedule will do, as the API shows it.</summary>
internal static class PreviewAnswer
{
    private const int ShortCount = 10;

    /// <summary>The next instants from now.</summary>
    public static SchedulePreview Short(ScheduleRecord schedule) => SchedulePreview.Of(schedule, schedule.ReadAt, ShortCount);

    public static void Write(Utf8JsonWriter writer, SchedulePreview preview)
    {
        writer.WriteStartObject();
        writer.WriteStrings("occurrences"u8, preview.Occurrences.Select(JsonFormat.Instant));
        writer.WriteObjects("transitions"u8, preview.Transitions, static (w, change) =>
        {
            w.WriteInstant("at"u8, change.At);
            w.WriteString("offsetBefore"u8, Offset(change.Before));
            w.WriteString("offsetAfter"u8, Offset(change.After));
        });
        writer.WriteObjects("excluded"u8, preview.Excluded, static (w, instant) =>
        {
            w.WriteInstant("at"u8, instant.At);
            w.WriteString("reason"u8, instant.Reason);
        });
        writer.WriteEndObject();
    }

    private static string Offset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", System.Globalization.CultureInfo.InvariantCulture);
}
