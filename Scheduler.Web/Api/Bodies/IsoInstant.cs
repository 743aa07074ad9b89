using System.Globalization;
using System.Text.RegularExpressions;

namespace Scheduler.Web.Api.Bodies;

/// <summary>RFC 3339 instants: a date, a time, and <c>Z</c> or an offset.</summary>
internal static partial class IsoInstant
{
    public const string Rule = "must be an ISO 8601 instant with Z or an offset, for example 2026-11-22T10:00:00Z";

    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        return text.Length <= 40
            && Shape().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant);
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Shape();
}
