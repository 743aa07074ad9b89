using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Contracts;

/// <summary>The <c>format</c> words that are checked; others are only documentation.</summary>
internal static partial class SchemaFormats
{
    /// <summary>What is wrong with the text, or null.</summary>
    public static string? Check(string format, JsonElement text) => format switch
    {
        "duration" => IsoDuration.TryParse(text.GetString(), out _) ? null : IsoDuration.Expected,
        "uri" => Uri.TryCreate(text.GetString(), UriKind.Absolute, out _) ? null : "must be an absolute URI",
        "date-time" => text.TryGetDateTimeOffset(out _) && HasOffset().IsMatch(text.GetString() ?? "")
            ? null : "must be an instant with Z or an offset, for example 2026-11-22T10:00:00Z",
        "uuid" => text.TryGetGuid(out _) ? null : "must be a UUID",
        "date" => DateOnly.TryParseExact(text.GetString(), "O", out _) ? null : "must be a date, for example 2026-11-22",
        _ => null,
    };

    [GeneratedRegex(@"T.*(?:Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HasOffset();
}
