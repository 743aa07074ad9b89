using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Web.Streaming;

/// <summary>Embeds JSON text that was parsed before, on one line: a line break there can only lie between two tokens, and would end an SSE field.</summary>
internal sealed class StoredJsonConverter : JsonConverter<string?>
{
    public override bool HandleNull => true;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(value.Replace('\n', ' ').Replace('\r', ' '), skipInputValidation: true);
    }
}
