using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Jobs.Events;

internal static class SchedulerEventsExtensions
{
    /// <summary>The event feed and its upkeep. Where nobody listens it costs one short script every five seconds.</summary>
    internal static IServiceCollection AddSchedulerEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventLogStore>();
        services.AddSingleton(_ => new EventRing());
        services.AddSingleton<EventDemand>();
        services.AddSingleton<CompletionWaiters>();
        services.AddSingleton<EventFeed>();
        services.AddHostedService<EventPump>();
        services.AddHostedService<EventLogTrimmer>();
        return services;
    }
}
