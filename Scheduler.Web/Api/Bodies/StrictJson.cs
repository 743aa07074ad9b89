using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Scheduler.Web.Api.Bodies;

/// <summary>JSON as RFC 8259 has it and no looser: UTF-8, no duplicate members, no lone surrogates, bounded depth.</summary>
internal static class StrictJson
{
    /// <param name="fault">Continues a sentence whose subject is the text: "is not valid JSON at line 1, byte 7".</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> json, int maxDepth, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out string? fault)
    {
        document = null;
        fault = FindTextFault(json.Span);
        if (fault is not null)
            return false;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = maxDepth });
            return true;
        }
        catch (JsonException e)
        {
            fault = Explain(json, maxDepth, e);
            return false;
        }
    }

    /// <summary>What the parser itself does not look at until a string is read.</summary>
    public static string? FindTextFault(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("\uFEFF"u8))
            return "starts with a byte-order mark; send plain UTF-8";
        if (!Utf8.IsValid(json))
            return "is not valid UTF-8";
        var mayHaveSurrogates = json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;
        return mayHaveSurrogates && HasLoneSurrogate(json) ? "has an escape that is half a surrogate pair" : null;
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Explain(ReadOnlyMemory<byte> json, int maxDepth, JsonException e)
    {
        if (json.Span.Trim(" \t\r\n"u8).IsEmpty)
            return "is empty";
        if (Parses(json, new JsonDocumentOptions { MaxDepth = maxDepth }))
            return "names a member twice in one object";
        if (Parses(json, new JsonDocumentOptions { MaxDepth = 1000 }))
            return $"is nested deeper than {maxDepth} levels";
        return $"is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
    }

    private static bool Parses(ReadOnlyMemory<byte> json, JsonDocumentOptions options)
    {
        try
        {
            JsonDocument.Parse(json, options).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
