using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Web.Api.Answers;

/// <summary>A list position as clients see it: opaque, safe in a URL. Holds a version, so that its content may change.</summary>
internal static class Cursor
{
    private const string Version = "1.";
    private const int MaxLength = 400;

    public static string Write(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Version + position));

    /// <summary>False for anything that <see cref="Write"/> did not make of an identifier.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? position)
    {
        position = null;
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var decoded = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (!decoded.StartsWith(Version, StringComparison.Ordinal) || !Names.IsIdentifier(decoded[Version.Length..]))
            return false;
        position = decoded[Version.Length..];
        return Write(position) == text;
    }
}
