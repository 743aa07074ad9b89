using System.Globalization;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>How a schedule stands, as <c>look_at</c> in <c>recurring_shared.lua</c> gives it.</summary>
/// <param name="lastSuccess">Milliseconds; empty where it never succeeded, and where nobody asks.</param>
internal sealed class ScheduleState(string id, string stamp, RedisResult look, string lastSuccess = "")
{
    public string Id => id;

    /// <summary>Identifies this state of the schedule to the scripts; empty where there is none.</summary>
    public string Stamp => stamp;

    /// <summary>Identifies the definition: what was parsed for this face need not be parsed again.</summary>
    public string Face => look[0].ToString();

    public bool Exists => stamp.Length > 0;

    /// <summary>The index's score; null = disabled, or not in the index.</summary>
    public DateTimeOffset? Score => InstantOf(look[1].ToString()) is { } at && at >= DateTimeOffset.UnixEpoch ? at : null;

    public DateTimeOffset? NextAt => Instant(2);
    public string? Paused => Text(3);
    public DateTimeOffset? LastAt => Instant(4);
    public string? LastJobId => Text(5);
    public long Runs => long.Parse(Text(6) ?? "0", CultureInfo.InvariantCulture);
    public string? Error => Text(7);
    public DateTimeOffset? LastSuccessAt => InstantOf(lastSuccess);
    public int Failures => int.Parse(Text(8) ?? "0", CultureInfo.InvariantCulture);
    public DateTimeOffset? SilentSince => Instant(9);

    private string? Text(int index) => look[index].ToString() is { Length: > 0 } text ? text : null;

    private DateTimeOffset? Instant(int index) => Text(index) is { } text ? InstantOf(text) : null;

    private static DateTimeOffset? InstantOf(string text)
    {
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var ms))
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        // Stock clients below compatibility level 170 write ISO 8601.
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }
}
