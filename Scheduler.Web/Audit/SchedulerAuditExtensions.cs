using System.Diagnostics;
using Scheduler.Jobs.Audit;

namespace Scheduler.Web.Audit;

/// <summary>Notes every call that changes something or tries to: of the API, the dashboard and the login.</summary>
internal static class SchedulerAuditExtensions
{
    // A POST that reads: the dashboard asks it every two seconds.
    private const string DashboardNumbers = "/hangfire/stats";

    private static readonly PathString Hubs = "/hubs";

    public static IServiceCollection AddSchedulerAudit(this IServiceCollection services) => services
        .AddSingleton<AuditStore>()
        .AddSingleton<AuditTrail>()
        .AddHostedService(provider => provider.GetRequiredService<AuditTrail>());

    public static void UseSchedulerAudit(this WebApplication app)
    {
        var trail = app.Services.GetRequiredService<AuditTrail>();
        app.Use(async (context, next) =>
        {
            await next(context);
            if (Changes(context.Request))
                trail.Note(AuditCall.Of(context), Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        });
    }

    private static bool Changes(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method)
        && request.Path != DashboardNumbers && !request.Path.StartsWithSegments(Hubs);
}
