using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Isolation;

/// <summary>Registers both sides of isolated jobs: the pool in a worker, the loop in a child.</summary>
internal static class IsolationServices
{
    public static IServiceCollection AddIsolationOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSchedulerOptions<IsolationOptions>(configuration, IsolationOptions.Section);
        return services.AddSingleton<IValidateOptions<IsolationOptions>, IsolationOptionsValidator>();
    }

    /// <summary>Before the worker itself, so that the pool stops after it.</summary>
    public static IServiceCollection AddProcessPool(this IServiceCollection services)
    {
        services.TryAddSingleton<ChildProgram>();
        services.TryAddSingleton<MemoryWatch>();
        services.AddSingleton<ProcessPool>();
        services.AddSingleton<IsolatedRuns>();
        return services.AddHostedService(provider => provider.GetRequiredService<ProcessPool>());
    }

    /// <summary>
    /// In a child process: the program builds its host as always and runs it, but the host is ours, and starts nothing.
    /// </summary>
    public static IServiceCollection ServeParentInstead(this IServiceCollection services)
    {
        // Now, not at the first use: what the program prints from here on must not go between the frames.
        _ = IsolatedChild.Parent;
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory, ChildLoggerFactory>());
        return services.AddSingleton<IHost, ChildHost>();
    }
}
