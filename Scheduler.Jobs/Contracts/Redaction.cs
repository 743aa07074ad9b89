using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Contracts;

/// <summary>
/// Hides what looks like a secret where people look at JSON: the values of members whose names speak of passwords, keys, tokens and the like.
/// It guesses by the name; what must never be seen does not belong into arguments at all.
/// </summary>
internal static partial class Redaction
{
    private const string Hidden = "***";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON with such values replaced; a text that is no JSON is given back as it is.</summary>
    public static string Of(string json)
    {
        if (!SecretName().IsMatch(json))
            return json;
        try
        {
            using var document = JsonDocument.Parse(json);
            using var buffer = new MemoryStream(json.Length);
            using (var writer = new Utf8JsonWriter(buffer, Readable))
                Write(writer, document.RootElement);
            return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                    WriteMember(writer, member);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteMember(Utf8JsonWriter writer, JsonProperty member)
    {
        writer.WritePropertyName(member.Name);
        if (SecretName().IsMatch(member.Name) && member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False))
            writer.WriteStringValue(Hidden);
        else
            Write(writer, member.Value);
    }

    [GeneratedRegex("passw|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|authorization|cookie|credential|signature|connection[-_]?string",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
