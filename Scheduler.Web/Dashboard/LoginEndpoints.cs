using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Dashboard;

/// <summary>Opens a browser's session with an API key, and closes it.</summary>
internal static class LoginEndpoints
{
    public const string Path = "/login";
    public const string LogoutPath = "/logout";
    public const string ReturnParameter = "returnUrl";
    public const string KeyField = "key";

    private const int MaxFormLength = 16 * 1024;

    public static void MapLoginEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost(Path, LogInAsync).AllowAnonymous().ExcludeFromDescription().WithRequestSize(MaxFormLength);
        routes.MapPost(LogoutPath, LogOutAsync).AllowAnonymous().ExcludeFromDescription().WithRequestSize(MaxFormLength);
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var session = await context.AuthenticateAsync(AuthSchemes.Session);
        var user = session.Succeeded ? session.Principal.Identity?.Name : null;
        await LoginPage.WriteAsync(context, new LoginView(ReturnUrlOf(context), user, user is null ? null : LoginView.NotEnough));
    }

    private static async Task LogInAsync(HttpContext context, ApiKeyStore keys, IAntiforgery antiforgery)
    {
        if (!await IsOwnFormAsync(context, antiforgery))
            return;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (keys.Find(form[KeyField].ToString().Trim()) is not { } key)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "That key is not known here.");
            return;
        }
        var user = Caller.For(key, AuthSchemes.Session);
        if (!DashboardAccess.MayRead(user))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, LoginView.NotEnough);
            return;
        }
        await context.SignInAsync(AuthSchemes.Session, user);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = ReturnUrlOf(context);
    }

    private static async Task LogOutAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!await IsOwnFormAsync(context, antiforgery))
            return;
        await context.SignOutAsync(AuthSchemes.Session);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = Path;
    }

    // A login from another site's page would put a visitor into somebody else's session.
    private static async Task<bool> IsOwnFormAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (context.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(context))
            return true;
        await RefuseAsync(context, StatusCodes.Status400BadRequest, "The form was too old. Please try again.");
        return false;
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return LoginPage.WriteAsync(context, new LoginView(ReturnUrlOf(context), null, reason));
    }

    /// <summary>A path on this host and nothing else; the dashboard where none is asked for.</summary>
    internal static string ReturnUrlOf(HttpContext context)
    {
        var wanted = context.Request.Query[ReturnParameter].ToString();
        var isLocal = wanted.StartsWith('/') && !wanted.StartsWith("//", StringComparison.Ordinal)
            && !wanted.Contains('\\', StringComparison.Ordinal) && !wanted.Any(char.IsControl);
        return isLocal ? wanted : DashboardExtensions.Root;
    }

    private static RouteHandlerBuilder WithRequestSize(this RouteHandlerBuilder route, long length) =>
        route.WithMetadata(new RequestSize(length));

    private sealed record RequestSize(long? MaxRequestBodySize) : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata;
}
