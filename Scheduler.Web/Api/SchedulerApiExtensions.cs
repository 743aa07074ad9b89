using Microsoft.AspNetCore.Server.Kestrel.Core;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Audit;
using Scheduler.Web.Auth;
using Scheduler.Web.OpenApi;
using Scheduler.Web.Security;
using Scheduler.Web.Telemetry;

namespace Scheduler.Web.Api;

/// <summary>The HTTP API as a whole: what it needs, and where it is.</summary>
internal static class SchedulerApiExtensions
{
    public const string Root = "/api/v1";

    public static IServiceCollection AddSchedulerApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSingleton<JobRequestReader>();
        services.AddSingleton<BulkRequestReader>();
        services.AddSingleton<RecurringRequestReader>();
        services.AddSingleton<JobAnswer>();
        services.AddSingleton<AcceptedJob>();
        services.AddSingleton<DurabilityHeader>();
        services.AddSingleton<JobWait>();
        return services
            .AddSchedulerAuth()
            .AddSchedulerAudit()
            .AddKeyRateLimiter(configuration)
            .AddSchedulerHealth()
            .AddSchedulerMetrics(configuration)
            .AddSchedulerOpenApi();
    }

    /// <summary>
    /// Puts the middleware and the endpoints in place. What is open to all without an endpoint, such as the landing page's files,
    /// comes before this call: after it everything asks for a key.
    /// </summary>
    public static void MapSchedulerApi(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseSchedulerAudit();
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true });
        app.UseStatusCodePages(StatusProblem.WriteAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.MapHealthEndpoints();
        app.MapMetricsEndpoints();
        app.MapSchedulerOpenApi();
        MapVersion1(app.MapGroup(Root));
    }

    private static void MapVersion1(RouteGroupBuilder api)
    {
        api.MapEnqueueEndpoints();
        api.MapJobEndpoints();
        api.MapEditEndpoints();
        api.MapJobListEndpoints();
        api.MapJobLogEndpoints();
        api.MapExplainEndpoints();
        api.MapDeadLetterEndpoints();
        api.MapBulkOperationEndpoints();
        api.MapJobTypeEndpoints();
        api.MapQueueEndpoints();
        api.MapWorkerEndpoints();
        api.MapAutoscaleEndpoints();
        api.MapRecurringEndpoints();
        api.MapAuditEndpoints();
        api.MapCalendarEndpoints();
    }
}
