using System.Reflection;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Storage.Stock;

namespace Scheduler.Jobs.Storage;

/// <summary>Registers Hangfire's face of the scheduler: storage, client, recurring API, and what runs expression jobs.</summary>
internal static class StorageServiceCollectionExtensions
{
    /// <param name="jobAssemblies">The allow-list of expression jobs. Read when Hangfire is configured, so what is added until the host starts counts.</param>
    public static IServiceCollection AddSchedulerStorage(this IServiceCollection services, IEnumerable<Assembly> jobAssemblies)
    {
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<StorageLocks>();
        services.AddSingleton<FetchGates>();
        services.AddSingleton<StorageParts>();
        services.AddSingleton(provider => new SchedulerStorage(provider.GetRequiredService<StorageParts>()));
        services.AddSingleton<ContinuationStarter>();
        services.AddHostedService<ContinuationService>();
        services.AddSingleton<JobPages>();
        services.AddSingleton<StockStore>();
        services.AddSingleton<StockTakeOver>();
        services.AddHostedService<StockTakeOverService>();
        services.AddHangfireOfThisHost();
        services.AddHangfire((provider, hangfire) => Configure(provider, hangfire, jobAssemblies));
        services.AddSingleton<StateElection>();
        services.AddSingleton<ExpressionThreads>();
        services.TryAddSingleton<IExpressionJobRunner, ExpressionJobRunner>();
        return services;
    }

    // What AddHangfire would otherwise take from statics: two hosts in one process must not share these.
    private static void AddHangfireOfThisHost(this IServiceCollection services)
    {
        services.AddSingleton<JobStorage>(provider =>
        {
            provider.GetRequiredService<IGlobalConfiguration>();
            return provider.GetRequiredService<SchedulerStorage>();
        });
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IBackgroundJobFactory>(provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()));
        services.AddSingleton<IBackgroundJobStateChanger>(provider =>
            new RetryingStateChanger(new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>())));
        services.AddSingleton<IBackgroundJobPerformer>(provider => new BackgroundJobPerformer(
            provider.GetRequiredService<IJobFilterProvider>(), provider.GetRequiredService<JobActivator>()));
    }

    private static void Configure(IServiceProvider provider, IGlobalConfiguration hangfire, IEnumerable<Assembly> jobAssemblies)
    {
        foreach (var assembly in jobAssemblies)
            ExpressionTypes.Allow(assembly);
        hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseTypeResolver(ExpressionTypes.Resolve)
            .UseSerializerSettings(new JsonSerializerSettings { TypeNameHandling = TypeNameHandling.None, MaxDepth = 64 })
            .UseLogProvider(new HostLogProvider(provider.GetRequiredService<ILoggerFactory>()))
            .UseStorage(provider.GetRequiredService<SchedulerStorage>());
    }
}
