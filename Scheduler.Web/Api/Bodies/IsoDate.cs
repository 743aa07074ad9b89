using System.Globalization;

namespace Scheduler.Web.Api.Bodies;

/// <summary>Days of a calendar: <c>2026-12-25</c>.</summary>
internal static class IsoDate
{
    public const string Rule = "must be a date like 2026-12-25";

    private const string Shape = "yyyy-MM-dd";

    public static bool TryParse(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Shape, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    public static string Format(DateOnly date) => date.ToString(Shape, CultureInfo.InvariantCulture);
}
