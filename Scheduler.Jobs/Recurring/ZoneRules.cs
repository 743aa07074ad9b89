using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Jobs.Recurring;

/// <summary>What this process takes a time zone's rules to be, as a text that tells two versions of them apart.</summary>
internal static class ZoneRules
{
    /// <summary>A next instant further ahead is worked out anew before it matters: the watch looks each day.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(366 * 5);

    /// <summary>Null where the zone is not known here.</summary>
    public static string? FingerprintOf(string zoneName, DateTimeOffset now)
    {
        if (!ZoneName.TryFind(zoneName, out var zone))
            return null;
        // From a year's begin, so that it does not change with the day on which it is taken.
        var from = new DateTimeOffset(now.Year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var clock = ZoneClock.Of(zone);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{clock.OffsetAt(from.UtcDateTime)}"));
        foreach (var change in clock.ChangesIn(from, from + Ahead))
            text.Append(CultureInfo.InvariantCulture, $" {change.At.ToUnixTimeSeconds()} {change.After}");
        return $"{from.Year} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16]}";
    }
}
