using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Jobs.Recurring;

/// <param name="Note">Why; for people.</param>
/// <param name="Until">When it ends by itself; null = when somebody resumes.</param>
internal sealed record SchedulePause(string? Note, DateTimeOffset? Until, DateTimeOffset At)
{
    public string ToJson() =>
        JsonSerializer.Serialize(new Stored(Note, Until?.ToUnixTimeMilliseconds(), At.ToUnixTimeMilliseconds()), JsonSerializerOptions.Web);

    public static SchedulePause FromJson(string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json, JsonSerializerOptions.Web)!;
        return new SchedulePause(stored.Note,
            stored.Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null, DateTimeOffset.FromUnixTimeMilliseconds(stored.At));
    }

    /// <summary>Instants in ms: a script writes it too, for a schedule that failed too often.</summary>
    private sealed record Stored(
        string? Note, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Until, long At);
}
