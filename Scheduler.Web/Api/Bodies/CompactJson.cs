using System.Buffers;
using System.Text;
using System.Text.Json;
using Scheduler.Web.Api.Answers;

namespace Scheduler.Web.Api.Bodies;

/// <summary>A JSON value without its white space: what is stored.</summary>
internal static class CompactJson
{
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(" \t\r\n");

    public static string Write(JsonElement value)
    {
        var raw = value.GetRawText();
        if (!raw.AsSpan().ContainsAny(WhiteSpace))
            return raw;
        var buffer = new ArrayBufferWriter<byte>(raw.Length);
        using (var writer = new Utf8JsonWriter(buffer, ApiJson.WriterOptions))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
