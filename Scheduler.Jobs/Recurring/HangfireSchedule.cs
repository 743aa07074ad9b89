using System.Text.Json;
using Hangfire.Common;
using Hangfire.Storage;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Storage;

namespace Scheduler.Jobs.Recurring;

/// <summary>Schedules as Hangfire's client and dashboard see them: reads theirs, and gives ours the same face.</summary>
internal static class HangfireSchedule
{
    /// <summary>A schedule made by <c>RecurringJob.AddOrUpdate</c>.</summary>
    public static CompiledSchedule Compile(string id, IReadOnlyDictionary<string, string> fields)
    {
        var payload = Parse(fields.GetValueOrDefault(ScheduleFields.Job));
        var invocation = payload is null ? null
            : new InvocationFields(payload.Type, payload.Method, payload.ParameterTypes ?? "[]", payload.Arguments ?? "[]");
        var typed = invocation is null ? null : TypedCall(invocation);
        var definition = new ScheduleDefinition
        {
            Type = typed?.Type ?? (invocation is null ? "?" : ExpressionText.NameOf(invocation)),
            Args = typed?.Args ?? (invocation is null ? "[]" : ExpressionText.ArgumentsOf(invocation)),
            Queue = fields.GetValueOrDefault(ScheduleFields.Queue) is { Length: > 0 } queue ? queue : payload?.Queue ?? "default",
            Timing = new ScheduleTiming
            {
                Cron = fields.GetValueOrDefault(ScheduleFields.Cron, ""),
                TimeZone = fields.GetValueOrDefault(ScheduleFields.TimeZoneId) is { Length: > 0 } zone ? zone : null,
            },
            Misfire = MisfireOf(fields.GetValueOrDefault(ScheduleFields.Misfire)),
        };
        if (invocation is null)
            return new CompiledSchedule(definition, null, null, "The stored job cannot be read.");
        var calculator = OccurrenceCalculator.TryCreate(definition.Timing, id, out var error);
        return new CompiledSchedule(definition, typed is null ? invocation : null, calculator, error?.ToString());
    }

    /// <summary>Hangfire's fields of a schedule of ours, as name to value.</summary>
    public static Dictionary<string, string> FaceFields(ScheduleDefinition definition)
    {
        var job = TypedJob.ToJob(definition.Type, definition.Args, queue: null);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ScheduleFields.Cron] = HangfireCron.Of(definition.Timing),
            [ScheduleFields.TimeZoneId] = definition.Timing.TimeZone ?? TimeZoneInfo.Utc.Id,
            [ScheduleFields.Queue] = definition.Queue,
            [ScheduleFields.Job] = InvocationData.SerializeJob(job).SerializePayload(),
            [ScheduleFields.Version] = "2",
        };
        fields[ScheduleFields.Face] = ScheduleFields.FaceOf(fields);
        return fields;
    }

    /// <summary>A Hangfire client that changed one of our schedules kept its call of <see cref="TypedJob.Run"/>.</summary>
    private static (string Type, string Args)? TypedCall(InvocationFields invocation)
    {
        if (!invocation.Type.StartsWith(typeof(TypedJob).FullName + ",", StringComparison.Ordinal) || invocation.Method != nameof(TypedJob.Run))
            return null;
        var texts = JsonSerializer.Deserialize<string[]>(invocation.Arguments);
        return texts is [var type, var args]
            ? (JsonSerializer.Deserialize<string>(type)!, JsonSerializer.Deserialize<string>(args)!) : null;
    }

    private static InvocationData? Parse(string? payload)
    {
        try
        {
            return string.IsNullOrEmpty(payload) ? null : InvocationData.DeserializePayload(payload);
        }
        catch (Exception e) when (e is Newtonsoft.Json.JsonException or JobLoadException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Hangfire's MisfireHandlingMode: 0 Relaxed, 1 Strict, 2 Ignorable.</summary>
    private static MisfirePolicy MisfireOf(string? mode) => mode switch
    {
        "1" => MisfirePolicy.All,
        "2" => MisfirePolicy.Skip,
        _ => MisfirePolicy.Latest,
    };
}
