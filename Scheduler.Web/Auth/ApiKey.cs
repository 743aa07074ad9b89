namespace Scheduler.Web.Auth;

/// <summary>A configured key. The key itself is nowhere: only its hash.</summary>
/// <param name="Hash">SHA-256 of the key.</param>
internal sealed record ApiKey(string Name, byte[] Hash, IReadOnlyList<string> Scopes)
{
    /// <summary>Changes when the key is rotated under the same name.</summary>
    public string Stamp { get; } = Convert.ToHexStringLower(Hash)[..16];
}
