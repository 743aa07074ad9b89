using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Scheduler.Web.Auth;

/// <summary>Registers keys, sessions and the scopes' policies.</summary>
internal static class AuthServiceCollectionExtensions
{
    public static IServiceCollection AddSchedulerAuth(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().Configure<IConfiguration>((options, configuration) => options.Read(configuration)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidation>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<DeveloperAccess>();
        services.AddSharedKeyRing();
        services.AddAuthentication(AuthSchemes.ApiKey)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(AuthSchemes.ApiKey, null)
            .AddCookie(AuthSchemes.Session, ConfigureSession);
        services.AddAuthorization(ConfigurePolicies);
        return services;
    }

    /// <summary>Deny by default: what declares no scope still needs a valid key, unless it allows anonymous callers itself.</summary>
    private static void ConfigurePolicies(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        foreach (var scope in Scopes.All)
            options.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireAssertion(c => Caller.Has(c.User, scope)));
    }

    private static void ConfigureSession(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = AuthSchemes.SessionCookie;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = RefreshFromKeyAsync;
    }

    /// <summary>A session lives no longer than its key, and has the scopes the key has now.</summary>
    private static Task RefreshFromKeyAsync(CookieValidatePrincipalContext context)
    {
        var keys = context.HttpContext.RequestServices.GetRequiredService<ApiKeyStore>();
        var name = context.Principal?.Identity?.Name ?? "";
        var stamp = context.Principal?.FindFirstValue(Caller.KeyStampClaim) ?? "";
        if (keys.FindByStamp(name, stamp) is { } key)
            context.ReplacePrincipal(Caller.For(key, AuthSchemes.Session));
        else
            context.RejectPrincipal();
        return Task.CompletedTask;
    }
}
