using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace Scheduler.Web.Dashboard;

/// <param name="ReturnUrl">Where to go afterwards.</param>
/// <param name="User">Who is logged in already.</param>
/// <param name="Problem">Why the visitor is (still) here.</param>
internal sealed record LoginView(string ReturnUrl, string? User, string? Problem)
{
    public const string NotEnough = "This key may not open the page: the dashboard needs the scope jobs:read, its buttons need admin.";
}

/// <summary>The login form. No script at all, styles of our own only.</summary>
internal static class LoginPage
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static Task WriteAsync(HttpContext context, LoginView view)
    {
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "text/html; charset=utf-8";
        return response.WriteAsync(Html(view, tokens), context.RequestAborted);
    }

    private static string Html(LoginView view, AntiforgeryTokenSet tokens)
    {
        var token = $"""<input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">""";
        var action = $"{LoginEndpoints.Path}?{LoginEndpoints.ReturnParameter}={Uri.EscapeDataString(view.ReturnUrl)}";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <title>Log in - Scheduler</title>
              <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
              <link rel="stylesheet" href="/assets/page.css">
            </head>
            <body>
              <main>
                <h1>Scheduler</h1>
                {SessionOf(view, token)}
                <form class="panel key" method="post" action="{Encode(action)}">
                  {token}
                  <label for="key">API key</label>
                  <p id="key-help">The dashboard asks for a key. It opens a session of this browser that lasts 12 hours.</p>
                  <div class="row">
                    <input id="key" name="{LoginEndpoints.KeyField}" type="password" autocomplete="current-password" spellcheck="false" aria-describedby="key-help key-error" required autofocus>
                    <button type="submit">Log in</button>
                  </div>
                  <p class="error" id="key-error" role="alert">{Encode(view.Problem ?? "")}</p>
                </form>
              </main>
            </body>
            </html>
            """;
    }

    private static string SessionOf(LoginView view, string token) => view.User is null ? "" : $"""
        <form class="panel" method="post" action="{LoginEndpoints.LogoutPath}">
          {token}
          <p>Logged in as {Encode(view.User)}.</p>
          <button type="submit">Log out</button>
        </form>
        """;

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
