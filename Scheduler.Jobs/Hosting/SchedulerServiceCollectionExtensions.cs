using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Bulk;
using Scheduler.Jobs.DeadLetters;
using Scheduler.Jobs.Client;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Jobs.Insight;
using Scheduler.Jobs.Locks;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Sealing;
using Scheduler.Jobs.Search;
using Scheduler.Jobs.Storage;
using StackExchange.Redis;

namespace Scheduler.Jobs.Hosting;

/// <summary>Registers the scheduler with a host.</summary>
public static class SchedulerServiceCollectionExtensions
{
    /// <summary>The client side: stores, job types, events, schedules. A host that also runs jobs adds <c>AddWorker()</c>.</summary>
    public static SchedulerBuilder AddScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddQuietStart();
        services.AddOptionsOfScheduler(configuration);
        services.AddRedis(configuration);
        services.AddSchedulerOptions<SealingOptions>(configuration, SealingOptions.Section);
        services.AddSingleton<IValidateOptions<SealingOptions>, SealingOptionsValidator>();
        services.AddSingleton<ArgsSeal>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobRequestCheck>();
        services.AddSingleton<JobEnds>();
        services.AddSingleton<ISchedulerClient, SchedulerClient>();
        services.AddSingleton<JobLogStore>();
        services.AddSingleton<QueueStore>();
        services.AddSingleton<StateCountStore>();
        services.AddSingleton<WorkerStore>();
        services.AddSingleton<ClaimStore>();
        services.AddSchedulerEvents();
        services.AddSchedulerInsight();
        services.AddSchedulerDeadLetters();
        services.AddSchedulerBulk();

        var builder = new SchedulerBuilder(services, configuration);
        services.AddBuiltInJobs(configuration, builder.JobAssemblies);
        services.AddSchedulerLocks(configuration);
        services.AddSchedulerRecurring(configuration);
        services.AddSchedulerStorage(builder.JobAssemblies);
        if (configuration[SchedulerOptions.Section + ":Plugins"] is { Length: > 0 } plugins)
            builder.AddPluginsFrom(Path.GetFullPath(plugins, configuration[HostDefaults.ContentRootKey] ?? Environment.CurrentDirectory));
        return builder;
    }

    private static void AddOptionsOfScheduler(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSchedulerOptions<SchedulerOptions>(configuration, SchedulerOptions.Section);
        services.AddSchedulerOptions<WorkerOptions>(configuration, WorkerOptions.Section);
        services.AddSchedulerOptions<RetryOptions>(configuration, RetryOptions.Section);
        services.AddSchedulerOptions<RetentionOptions>(configuration, RetentionOptions.Section);
        services.AddSchedulerOptions<EventsOptions>(configuration, EventsOptions.Section);
        services.AddSchedulerOptions<SearchOptions>(configuration, SearchOptions.Section);
        services.AddSingleton<IValidateOptions<SearchOptions>, SearchOptionsValidator>();
        services.AddSchedulerOptions<EmbeddedOptions>(configuration, EmbeddedOptions.Section);
        services.AddSingleton<IValidateOptions<SchedulerOptions>, OptionsRules>();
        services.AddSingleton<IValidateOptions<WorkerOptions>, OptionsRules>();
        services.AddSingleton<IValidateOptions<RetryOptions>, OptionsRules>();
        services.AddSingleton<IValidateOptions<RetentionOptions>, OptionsRules>();
        services.AddSingleton<IValidateOptions<EventsOptions>, OptionsRules>();
        services.AddSchedulerOptions<DurabilityOptions>(configuration, DurabilityOptions.Section);
        services.AddSingleton<IValidateOptions<DurabilityOptions>, OptionsRules>();
    }

    /// <summary>The configured Redis; without one the embedded server of a web host on this machine, which <c>Scheduler.Web</c> replaces by its own.</summary>
    private static void AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(provider => RedisAddress.Configured(configuration) ?? RedisAddress.EmbeddedAt(
            provider.GetRequiredService<IOptions<EmbeddedOptions>>().Value.Port ?? EmbeddedOptions.DefaultPort));
        services.TryAddSingleton<IConnectionMultiplexer>(provider => RedisConnection.Open(provider.GetRequiredService<RedisAddress>()));
        services.AddSingleton<RedisClient>();
        services.AddSingleton<ServerDurability>();
        services.AddSingleton<ReplicaConfirmation>();
        services.AddHostedService<RedisSafetyCheck>();
        services.AddHostedService<IndexKeeper>();
    }
}
