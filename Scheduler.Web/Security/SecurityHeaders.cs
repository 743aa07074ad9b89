using Scalar.AspNetCore;

namespace Scheduler.Web.Security;

/// <summary>
/// What tells a browser to trust no more than it must, on every answer whatever made it. A page states its own content security policy
/// beforehand; an answer that is no page gets one under which nothing of it can run.
/// </summary>
internal static class SecurityHeaders
{
    private const string NoPage = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var remembersTls = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            // As late as can be: an exception's handler clears what was set before.
            context.Response.OnStarting(() =>
            {
                Set(context, remembersTls);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static void Set(HttpContext context, bool remembersTls)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not no-referrer, under which a form's own Origin would read null.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (remembersTls && context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce ? ReferencePage(nonce) : NoPage;
        // Arguments and results are nobody else's: no cache keeps them.
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
    }

    /// <summary>The API reference builds its styles itself; its scripts are our files and the one that carries the nonce.</summary>
    private static string ReferencePage(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}
