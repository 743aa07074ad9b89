using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Auth;

/// <summary>Finds out who calls, and refuses in problem details. Never looks at the query string.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyStore keys, DeveloperAccess developer)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey() is { } presented)
            return keys.Find(presented) is { } key ? Succeed(key) : AuthenticateResult.Fail("unknown key");
        if (await FromSessionAsync() is { } session)
            return session;
        return developer.IsGranted(Context)
            ? AuthenticateResult.Success(new AuthenticationTicket(Caller.Developer(Scheme.Name), Scheme.Name))
            : AuthenticateResult.NoResult();
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var isWrong = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = isWrong ? "Bearer realm=\"scheduler\", error=\"invalid_token\"" : "Bearer realm=\"scheduler\"";
        var detail = isWrong ? "The API key is not known here." : "Send Authorization: Bearer <key> or X-Api-Key: <key>.";
        await new ApiProblem(401, ProblemCodes.Unauthorized, "An API key is needed.", detail).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().LastOrDefault(a => a.Policy is not null)?.Policy ?? Scopes.Admin;
        Response.Headers.WWWAuthenticate = $"Bearer realm=\"scheduler\", error=\"insufficient_scope\", scope=\"{scope}\"";
        return new ApiProblem(403, ProblemCodes.Forbidden, "The API key may not do this.", $"It needs the scope {scope}.").ExecuteAsync(Context);
    }

    private string? PresentedKey()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return authorization[Bearer.Length..].Trim();
        return Request.Headers.TryGetValue(KeyHeader, out var values) ? values.ToString().Trim() : null;
    }

    /// <summary>Null where the browser has no session, or another site's page sent it along with a change.</summary>
    private async Task<AuthenticateResult?> FromSessionAsync()
    {
        if (!Request.Cookies.ContainsKey(AuthSchemes.SessionCookie) || !RequestOrigin.MayUseSession(Request))
            return null;
        var session = await Context.AuthenticateAsync(AuthSchemes.Session);
        return session.Succeeded ? session : null;
    }

    private AuthenticateResult Succeed(ApiKey key) =>
        AuthenticateResult.Success(new AuthenticationTicket(Caller.For(key, Scheme.Name), Scheme.Name));
}
