using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Isolation;
using Scheduler.Jobs.Locks;
using Scheduler.Jobs.Recurring;

namespace Scheduler.Jobs.Hosting;

/// <summary>Makes a host run jobs.</summary>
public static class WorkerServiceCollectionExtensions
{
    /// <summary>Claims and runs jobs in this process, and does its share of the upkeep: due times, expired leases, retention.</summary>
    public static SchedulerBuilder AddWorker(this SchedulerBuilder builder)
    {
        builder.Services.AddSingleton<EnterExclusive>(provider => provider.GetRequiredService<ExclusiveGate>().EnterAsync);
        builder.Services.AddSingleton<IValidateOptions<ProcessOptions>, ProcessFilesValidator>();
        builder.Services.AddSchedulerDispatcher();
        builder.Services.AddSchedulerRecurringFiring();
        builder.Services.AddHostedService<RetentionSweeper>();
        builder.Services.AddIsolationOptions(builder.Configuration);
        if (IsolatedChild.IsCurrent)
            builder.Services.ServeParentInstead();
        return builder;
    }

    /// <summary>True where the web host is to run a worker too: as configured, else only over the embedded server.</summary>
    internal static bool WantsWorker(this IConfiguration configuration)
    {
        var options = new WorkerOptions();
        SectionReader.Read(configuration.GetSection(WorkerOptions.Section), options);
        return options.Enabled ?? RedisAddress.Configured(configuration) is null;
    }
}
