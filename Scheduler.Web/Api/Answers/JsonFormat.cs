using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Web.Api.Answers;

/// <summary>How values look in every answer.</summary>
internal static class JsonFormat
{
    /// <summary>UTC with milliseconds: <c>2026-11-22T10:00:00.000Z</c>.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static void WriteInstant(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? instant)
    {
        if (instant is { } value)
            writer.WriteString(name, Instant(value));
        else
            writer.WriteNull(name);
    }

    public static void WriteNumber(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
            writer.WriteNumber(name, value);
        else
            writer.WriteNull(name);
    }

    public static void WriteDuration(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, TimeSpan? duration) =>
        writer.WriteString(name, duration is { } value ? IsoDuration.Format(value) : null);

    public static void WriteStrings(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    /// <param name="writeMembers">What stands between the braces.</param>
    public static void WriteObject<T>(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, T? value, Action<Utf8JsonWriter, T> writeMembers) where T : class
    {
        if (value is null)
        {
            writer.WriteNull(name);
            return;
        }
        writer.WriteStartObject(name);
        writeMembers(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>A list of objects.</summary>
    /// <param name="writeMembers">What stands between the braces of one.</param>
    public static void WriteObjects<T>(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeMembers)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writeMembers(writer, item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Embeds JSON text from the store; text that another program broke shows as null instead of breaking the answer.</summary>
    public static void WriteStoredJson(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? json)
    {
        writer.WritePropertyName(name);
        try
        {
            writer.WriteRawValue(string.IsNullOrEmpty(json) ? "null" : json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            writer.WriteNullValue();
        }
    }
}
