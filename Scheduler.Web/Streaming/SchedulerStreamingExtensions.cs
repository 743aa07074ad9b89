using Scheduler.Web.Auth;

namespace Scheduler.Web.Streaming;

/// <summary>Live events: server-sent events and the SignalR hub.</summary>
internal static class SchedulerStreamingExtensions
{
    public static IServiceCollection AddSchedulerStreaming(this IServiceCollection services)
    {
        services.AddSignalR();
        return services;
    }

    public static void MapSchedulerStreaming(this WebApplication app)
    {
        app.MapGet("/api/v1/events", EventStreamEndpoint.StreamAsync).RequireAuthorization(Scopes.EventsRead);
        app.MapHub<JobsHub>(JobsHub.Path).RequireAuthorization(Scopes.EventsRead);
    }
}
