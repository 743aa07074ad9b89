using System.Security.Cryptography;

namespace Scheduler.Jobs.Sealing;

/// <summary>One key of the ring. Signing and encrypting each use a key of their own that is derived from it.</summary>
internal sealed class SealingKey
{
    private const int Length = 32;

    private SealingKey(string id, byte[] secret)
    {
        Id = id;
        Signing = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, Length, info: "scheduler sign 1"u8.ToArray());
        Encrypting = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, Length, info: "scheduler encrypt 1"u8.ToArray());
    }

    /// <summary>1 to 32 of <c>A-Z a-z 0-9 _ -</c>: it stands before every sealed text.</summary>
    public string Id { get; }

    public byte[] Signing { get; }

    public byte[] Encrypting { get; }

    /// <summary>Null where the text is not <c>id:base64</c> of 32 bytes.</summary>
    public static SealingKey? TryRead(string text)
    {
        var parts = text.Split(':', 2);
        if (parts.Length != 2 || parts[0].Length is 0 or > 32 || !parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            return null;
        var secret = new byte[Length + 1];
        return Convert.TryFromBase64String(parts[1], secret, out var written) && written == Length ? new SealingKey(parts[0], secret[..Length]) : null;
    }
}
