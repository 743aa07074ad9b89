namespace Scheduler.Web.Auth;

/// <summary>Authentication schemes. <see cref="ApiKey"/> is the default and also accepts the browser's session.</summary>
internal static class AuthSchemes
{
    /// <summary>Bearer token, <c>X-Api-Key</c>, session cookie, or Development on loopback: in this order.</summary>
    public const string ApiKey = "ApiKey";

    /// <summary>The session of a browser that logged in with a key: sign in with <see cref="Caller.For"/> under this scheme.</summary>
    public const string Session = "Session";

    public const string SessionCookie = "scheduler_session";
}
