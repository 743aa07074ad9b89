using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Recurring.Calendars;

namespace Scheduler.Jobs.Recurring;

/// <summary>Registers schedules.</summary>
internal static class RecurringServiceCollectionExtensions
{
    /// <summary>The client side: reading and changing schedules.</summary>
    public static IServiceCollection AddSchedulerRecurring(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSchedulerOptions<RecurringOptions>(configuration, RecurringOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RecurringOptions>, RecurringOptionsValidation>());
        services.TryAddSingleton<ScheduleReader>();
        services.TryAddSingleton<CalendarCache>();
        services.TryAddSingleton<ScheduleStore>();
        services.TryAddSingleton<RecurringStore>();
        services.TryAddSingleton<CalendarStore>();
        services.TryAddSingleton<RunStore>();
        services.TryAddSingleton<BackfillStore>();
        return services;
    }

    /// <summary>The loop that fires: for every process that runs a worker. Any number of them may run.</summary>
    public static IServiceCollection AddSchedulerRecurringFiring(this IServiceCollection services)
    {
        services.TryAddSingleton<FiringStore>();
        services.TryAddSingleton<SilenceStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RecurringScheduler>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ZoneWatch>());
        return services;
    }
}
