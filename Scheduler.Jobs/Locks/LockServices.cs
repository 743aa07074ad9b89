using Hangfire.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Locks;

/// <summary>Registers named locks, and what makes <see cref="Contracts.ExclusiveAttribute"/> work.</summary>
internal static class LockServices
{
    public static IServiceCollection AddSchedulerLocks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSchedulerOptions<LocksOptions>(configuration, LocksOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocksOptions>, LocksOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new NamedLocks(
            provider.GetRequiredService<RedisClient>(),
            provider.GetRequiredService<IOptions<LocksOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<NamedLocks>>()));
        services.TryAddSingleton<ExclusiveGate>();
        services.TryAddSingleton<ExclusiveFilter>();
        // In place of Hangfire's static one, which two hosts in one process would share.
        services.TryAddSingleton<IJobFilterProvider>(provider =>
            new JobFilterProviderCollection(JobFilterProviders.Providers, provider.GetRequiredService<ExclusiveFilter>()));
        return services;
    }
}
