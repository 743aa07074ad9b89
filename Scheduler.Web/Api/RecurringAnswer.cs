using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.Web.Api;

/// <summary>A schedule as the API shows it: the body of its put with the defaults that apply, and what has become of it.</summary>
internal static class RecurringAnswer
{
    public static ApiJson Of(int status, ScheduleRecord schedule, params (string Name, string Value)[] headers) =>
        new(status, writer => Write(writer, schedule)) { Headers = [("ETag", RecurringPrecondition.EntityTag(schedule)), .. headers] };

    /// <summary>After a put: with a preview of what it will do.</summary>
    public static ApiJson Put(int status, ScheduleRecord schedule, params (string Name, string Value)[] headers) =>
        new(status, writer => Write(writer, schedule, PreviewAnswer.Short(schedule)))
        {
            Headers = [("ETag", RecurringPrecondition.EntityTag(schedule)), .. headers],
        };

    public static void Write(Utf8JsonWriter writer, ScheduleRecord schedule) => Write(writer, schedule, preview: null);

    private static void Write(Utf8JsonWriter writer, ScheduleRecord schedule, SchedulePreview? preview)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, schedule.Id);
        WriteWhat(writer, schedule.Definition);
        WriteTiming(writer, schedule.Definition.Timing);
        WritePolicies(writer, schedule.Definition);
        writer.WriteInstant("nextAt"u8, schedule.RunsLeft == 0 ? null : schedule.NextAt);
        writer.WriteInstant("lastAt"u8, schedule.LastAt);
        writer.WriteString("lastJobId"u8, schedule.LastJobId);
        writer.WriteInstant("lastSuccessAt"u8, schedule.LastSuccessAt);
        writer.WriteNumber("failures"u8, schedule.Failures);
        writer.WriteInstant("silentSince"u8, schedule.SilentSince);
        writer.WriteObject("paused"u8, schedule.Paused, WritePause);
        writer.WriteString("error"u8, schedule.Error);
        if (preview is not null)
        {
            writer.WritePropertyName("preview"u8);
            PreviewAnswer.Write(writer, preview);
        }
        writer.WriteEndObject();
    }

    private static void WriteWhat(Utf8JsonWriter writer, ScheduleDefinition definition)
    {
        writer.WriteString("type"u8, definition.Type);
        writer.WriteStoredJson("args"u8, definition.Args);
        writer.WriteString("queue"u8, definition.Queue);
        writer.WriteStrings("tags"u8, definition.Tags);
        if (definition.MaxAttempts is { } attempts)
            writer.WriteNumber("maxAttempts"u8, attempts);
        WriteDuration(writer, "timeout"u8, definition.Timeout);
    }

    private static void WriteTiming(Utf8JsonWriter writer, ScheduleTiming timing)
    {
        if (timing.Cron is not null)
            writer.WriteString("cron"u8, timing.Cron);
        if (timing.Crons is not null)
            writer.WriteStrings("crons"u8, timing.Crons);
        if (timing.Interval is not null)
            writer.WriteObject("interval"u8, timing.Interval, WriteInterval);
        writer.WriteString("timeZone"u8, timing.TimeZone ?? "UTC");
        if (timing.StartAt is not null)
            writer.WriteInstant("startAt"u8, timing.StartAt);
        if (timing.EndAt is not null)
            writer.WriteInstant("endAt"u8, timing.EndAt);
        if (timing.Exclude is not null)
            writer.WriteObject("exclude"u8, timing.Exclude, WriteExclusions);
        WriteDuration(writer, "jitter"u8, timing.Jitter);
        WriteDst(writer, timing);
    }

    private static void WriteInterval(Utf8JsonWriter writer, FixedInterval interval)
    {
        writer.WriteDuration("every"u8, interval.Every);
        if (interval.Anchor is not null)
            writer.WriteInstant("anchor"u8, interval.Anchor);
    }

    private static void WriteExclusions(Utf8JsonWriter writer, ScheduleExclusions exclusions)
    {
        writer.WriteStrings("dates"u8, exclusions.Dates.Select(IsoDate.Format));
        writer.WriteObjects("weekly"u8, exclusions.Weekly, WriteWindow);
        writer.WriteStrings("calendars"u8, exclusions.Calendars);
    }

    private static void WriteWindow(Utf8JsonWriter writer, WeeklyWindow window)
    {
        writer.WriteStrings("days"u8, window.Days.Select(d => RecurringWords.Write(d, RecurringWords.Days)));
        writer.WriteString("from"u8, TimeOfDay(window.From));
        writer.WriteString("to"u8, TimeOfDay(window.To));
    }

    private static void WriteDst(Utf8JsonWriter writer, ScheduleTiming timing)
    {
        if (timing is { Gap: GapRule.FirstValid, Overlap: OverlapRule.AsWritten })
            return;
        writer.WriteStartObject("dst"u8);
        writer.WriteString("gap"u8, RecurringWords.Write(timing.Gap, RecurringWords.Gap));
        if (timing.Overlap != OverlapRule.AsWritten)
            writer.WriteString("overlap"u8, RecurringWords.Write(timing.Overlap, RecurringWords.Overlap));
        writer.WriteEndObject();
    }

    private static void WritePolicies(Utf8JsonWriter writer, ScheduleDefinition definition)
    {
        if (definition.MaxRuns is { } runs)
            writer.WriteNumber("maxRuns"u8, runs);
        writer.WriteString("misfire"u8, RecurringWords.Write(definition.Misfire, RecurringWords.Misfire));
        WriteDuration(writer, "catchUpWindow"u8, definition.CatchUpWindow);
        writer.WriteString("overlap"u8, RecurringWords.Write(definition.Overlap, RecurringWords.RunOverlap));
        if (definition.PauseAfterFailures is { } failures)
            writer.WriteNumber("pauseAfterFailures"u8, failures);
        WriteDuration(writer, "maxSilence"u8, definition.MaxSilence);
    }

    private static void WritePause(Utf8JsonWriter writer, SchedulePause pause)
    {
        writer.WriteString("note"u8, pause.Note);
        writer.WriteInstant("until"u8, pause.Until);
        writer.WriteInstant("at"u8, pause.At);
    }

    private static void WriteDuration(Utf8JsonWriter writer, ReadOnlySpan<byte> name, TimeSpan? duration)
    {
        if (duration is { } value)
            writer.WriteString(name, IsoDuration.Format(value));
    }

    private static string TimeOfDay(TimeSpan time) =>
        time == TimeSpan.FromDays(1) ? "24:00" : time.ToString(time.Seconds == 0 ? @"hh\:mm" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
