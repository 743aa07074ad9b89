using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Authentication.Cookies;
using Scheduler.Web.Auth;
using Scheduler.Web.Dashboard.Pages;

namespace Scheduler.Web.Dashboard;

/// <summary>Hangfire's dashboard at <c>/hangfire</c>, and the login before it.</summary>
internal static class DashboardExtensions
{
    public const string Root = "/hangfire";

    /// <summary>Knows callers as the API does; a browser that may not enter is sent to the login.</summary>
    private const string Scheme = "Dashboard";

    private const string Policy = "dashboard";

    // Hangfire's pages carry style attributes, but no script of their own.
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static IServiceCollection AddSchedulerDashboard(this IServiceCollection services)
    {
        // Without it Hangfire would take any POST, from wherever it was sent.
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "scheduler_antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddAuthentication().AddPolicyScheme(Scheme, null, options =>
        {
            options.ForwardDefault = AuthSchemes.ApiKey;
            options.ForwardChallenge = AuthSchemes.Session;
            options.ForwardForbid = AuthSchemes.Session;
        });
        services.Configure<CookieAuthenticationOptions>(AuthSchemes.Session, options =>
        {
            options.LoginPath = LoginEndpoints.Path;
            options.AccessDeniedPath = LoginEndpoints.Path;
            options.ReturnUrlParameter = LoginEndpoints.ReturnParameter;
        });
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy
            .AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser().RequireAssertion(c => DashboardAccess.MayRead(c.User)));
        return services;
    }

    public static void MapSchedulerDashboard(this WebApplication app)
    {
        DashboardPages.EnsureAdded();
        app.Use(SetHeaders);
        app.MapLoginEndpoints();
        app.MapHangfireDashboard(Root, OptionsFor()).RequireAuthorization(Policy);
    }

    private static DashboardOptions OptionsFor() => new()
    {
        AppPath = "/",
        DashboardTitle = "Scheduler",
        DisplayStorageConnectionString = false,
        DisplayNameFunc = (_, job) => JobDisplayName.Of(job),
        Authorization = [new DashboardAccess()],
        IsReadOnlyFunc = context => !DashboardAccess.MayWrite(context.GetHttpContext().User),
    };

    private static Task SetHeaders(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments(Root))
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return next(context);
    }
}
