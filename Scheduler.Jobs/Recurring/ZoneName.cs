using System.Diagnostics.CodeAnalysis;
using System.Security;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Recurring;

/// <summary>Time zones by name. On Linux a name is a path below the zone files, so only what looks like a name is looked up.</summary>
internal static partial class ZoneName
{
    /// <param name="name">IANA, or Windows where a Hangfire client wrote it; null = UTC.</param>
    public static bool TryFind(string? name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = name is null ? TimeZoneInfo.Utc : null;
        if (zone is null && Shape().IsMatch(name!))
            zone = Find(name!);
        return zone is not null;
    }

    private static TimeZoneInfo? Find(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException)
        {
            return null;
        }
    }

    // Words of letters, digits and + - _ . ( ), separated by single slashes or spaces: no leading slash, no "..".
    [GeneratedRegex(@"^(?!.*\.\.)[A-Za-z0-9+_.()-]+([/ ][A-Za-z0-9+_.()-]+){0,6}$")]
    private static partial Regex Shape();
}
