using System.Text;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Reads of an answer what a job's result keeps.</summary>
internal static class ResponseText
{
    /// <summary>The first bytes of a body that are kept.</summary>
    public const int MaxBytes = 64 * 1024;

    public static async Task<(string Text, bool Truncated)> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        var truncated = length > MaxBytes;
        var encoding = EncodingOf(content.Headers.ContentType?.CharSet);
        return (Decode(encoding, buffer.AsSpan(0, Math.Min(length, MaxBytes)), truncated), truncated);
    }

    /// <summary>By lower-case name; several values joined.</summary>
    public static IReadOnlyDictionary<string, string> Headers(HttpResponseMessage response) =>
        response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .GroupBy(h => h.Key.ToLowerInvariant())
            .ToDictionary(g => g.Key, g => string.Join(", ", g.SelectMany(h => h.Value)));

    /// <summary>Text without the half character that the cut may have left at its end.</summary>
    public static string Decode(Encoding encoding, ReadOnlySpan<byte> bytes, bool truncated)
    {
        var decoder = encoding.GetDecoder();
        var characters = new char[encoding.GetMaxCharCount(bytes.Length)];
        var count = decoder.GetChars(bytes, characters, flush: !truncated);
        return new string(characters, 0, count);
    }

    private static Encoding EncodingOf(string? charset)
    {
        try
        {
            return charset is null ? Encoding.UTF8 : Encoding.GetEncoding(charset.Trim('"'));
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
