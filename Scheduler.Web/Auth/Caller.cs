using System.Security.Claims;

namespace Scheduler.Web.Auth;

/// <summary>Who sent a request, as claims.</summary>
internal static class Caller
{
    public const string ScopeClaim = "scope";

    /// <summary>Ties a browser session to the key it was opened with.</summary>
    public const string KeyStampClaim = "key_stamp";

    private const string Anonymous = "anonymous";

    /// <summary>The principal of a key, for the browser's session too.</summary>
    public static ClaimsPrincipal For(ApiKey key, string scheme)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, key.Name));
        identity.AddClaim(new Claim(KeyStampClaim, key.Stamp));
        identity.AddClaims(key.Scopes.Select(scope => new Claim(ScopeClaim, scope)));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Development on loopback: nobody in particular, and everything allowed.</summary>
    public static ClaimsPrincipal Developer(string scheme) => new(new ClaimsIdentity([new Claim(ScopeClaim, Scopes.Admin)], scheme));

    public static bool Has(ClaimsPrincipal user, string scope) =>
        user.HasClaim(ScopeClaim, scope) || user.HasClaim(ScopeClaim, Scopes.Admin);

    /// <summary>For people to see; null where nobody in particular calls.</summary>
    public static string? NameOf(ClaimsPrincipal user) => user.Identity?.Name;

    /// <summary>The caller's name among callers: a key may not pass for the anonymous one by its name.</summary>
    public static string Of(ClaimsPrincipal user) => user.Identity?.Name is { } name ? "key:" + name : Anonymous;
}
