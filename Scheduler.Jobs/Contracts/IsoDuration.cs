using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Scheduler.Jobs.Contracts;

/// <summary>
/// ISO 8601 durations as the API takes them: days, hours, minutes and seconds (<c>P1DT2H30M0.5S</c>), at most 366 days.
/// Months and years are refused because their length depends on when they start.
/// </summary>
public static partial class IsoDuration
{
    /// <summary>The longest duration a caller may send.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>What is said of a text that is none.</summary>
    internal const string Expected = "must be an ISO 8601 duration of days, hours, minutes and seconds, at most P366D, for example PT30S";

    /// <summary>False for anything but such a duration; fractions of a second count to the millisecond.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is null || text.Length > 40 || Pattern().Match(text) is not { Success: true } match)
            return false;
        var seconds = Part(match, 1) * 86_400m + Part(match, 2) * 3_600m + Part(match, 3) * 60m + Part(match, 4);
        if (seconds > (decimal)Longest.TotalSeconds)
            return false;
        duration = TimeSpan.FromMilliseconds((long)(seconds * 1000));
        return true;
    }

    /// <summary>The duration as the API writes it, for example <c>PT1M30S</c>.</summary>
    public static string Format(TimeSpan duration) => XmlConvert.ToString(duration);

    private static decimal Part(Match match, int group) =>
        match.Groups[group] is { Success: true } part ? decimal.Parse(part.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^P(?=[0-9T])(?:([0-9]{1,9})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>Reads and writes a <see cref="TimeSpan"/> as an ISO 8601 duration.</summary>
public sealed class IsoDurationConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && IsoDuration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("The value " + IsoDuration.Expected + ".");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(IsoDuration.Format(value));
}
