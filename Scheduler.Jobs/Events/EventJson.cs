using System.Text.Json;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Events;

/// <summary>Reads the events of a record as <c>script_events.lua</c> writes them; a member that is missing or odd is left empty.</summary>
internal static class EventJson
{
    public static IReadOnlyList<JobEvent> ReadEvents(long epoch, long first, byte[] record)
    {
        using var document = JsonDocument.Parse(record);
        var events = new List<JobEvent>();
        foreach (var item in document.RootElement.GetProperty("events").EnumerateArray())
        {
            if (Member(item, "jobIds") is { ValueKind: JsonValueKind.Array } jobIds)
                AddGroup(events, epoch, first, item, jobIds);
            else
                events.Add(ReadEvent(new EventId(epoch, first + events.Count), item, Text(item, "jobId"), item));
        }
        return events;
    }

    /// <summary>One object for neighbours that differ in their job, and in what <c>each</c> holds.</summary>
    private static void AddGroup(List<JobEvent> events, long epoch, long first, JsonElement shared, JsonElement jobIds)
    {
        var own = Member(shared, "each") is { ValueKind: JsonValueKind.Array } each ? each.EnumerateArray().ToArray() : null;
        var index = 0;
        foreach (var id in jobIds.EnumerateArray())
            events.Add(ReadEvent(new EventId(epoch, first + events.Count), shared, id.GetString(), own?.ElementAtOrDefault(index++) ?? shared));
    }

    /// <param name="item">What the event shares with its neighbours.</param>
    /// <param name="own">What it has for itself; the same object for a single event.</param>
    private static JobEvent ReadEvent(EventId id, JsonElement item, string? jobId, JsonElement own) => new()
    {
        Id = id,
        Name = Text(item, "event") ?? "",
        JobId = jobId ?? "",
        Type = Text(item, "type") ?? "",
        Queue = Text(item, "queue") ?? "",
        State = Text(item, "state") ?? "",
        At = DateTimeOffset.FromUnixTimeMilliseconds(Number(item, "at") ?? 0),
        Attempt = (int)(Number(item, "attempt") ?? 0),
        DurationMs = Number(own, "durationMs"),
        ResultJson = Raw(own, "result"),
        Error = ReadError(own),
        Tags = ReadTags(item),
        RecurringId = Text(own, "recurringId"),
        Progress = ReadProgress(own),
        Note = Text(own, "note"),
        LastSuccessAt = Number(own, "lastSuccessAt") is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
    };

    private static JobError? ReadError(JsonElement item) =>
        Member(item, "error") is { ValueKind: JsonValueKind.Object } error
            ? new JobError(Text(error, "type") ?? "", Text(error, "message") ?? "", (int)(Number(error, "attempt") ?? 0))
            : null;

    private static ProgressRecord? ReadProgress(JsonElement item) =>
        Member(item, "percent") is { ValueKind: JsonValueKind.Number } percent
            ? new ProgressRecord(percent.GetDouble(), Text(item, "message"))
            : null;

    // Lua's cjson writes an empty table as {}: whatever is no array has no tags.
    private static string[] ReadTags(JsonElement item) =>
        Member(item, "tags") is { ValueKind: JsonValueKind.Array } tags
            ? [.. tags.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString() ?? "")]
            : [];

    private static JsonElement? Member(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement item, string name) =>
        Member(item, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long? Number(JsonElement item, string name) =>
        Member(item, name) is { ValueKind: JsonValueKind.Number } value ? (long)value.GetDouble() : null;

    private static string? Raw(JsonElement item, string name) => Member(item, name)?.GetRawText();
}
