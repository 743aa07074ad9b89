using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;
using StackExchange.Redis;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Registers the dispatcher: the part of the scheduler that runs jobs.</summary>
internal static class DispatcherServiceCollectionExtensions
{
    // Beyond the drain timeout: cancelling, handing back, and what other services need to stop.
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(15);

    internal static IServiceCollection AddSchedulerDispatcher(this IServiceCollection services)
    {
        // Replies must reach the renewal thread while handlers keep the thread pool busy.
        ConnectionMultiplexer.SetFeatureFlag("DedicatedThreads", true);

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Random.Shared);
        services.AddState();
        services.AddLoops();
        services.AddProcessPool();
        services.AddHostedService<SchedulerWorker>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
            host.ShutdownTimeout = Longest(host.ShutdownTimeout, worker.Value.DrainTimeout + StopReserve));
        return services;
    }

    private static void AddState(this IServiceCollection services)
    {
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerSignals>();
        services.AddSingleton<WorkerDuty>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<SuspectWatch>();
        services.AddSingleton<CpuBoundThreads>();
        services.AddSingleton<LimitedPlaces>();
        services.AddSingleton<DispatcherMetrics>();
        services.AddSingleton<OutageLog>();
        services.AddSingleton(provider => new JobSlots(
            provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Concurrency, provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddLoops(this IServiceCollection services)
    {
        services.AddSingleton<ResilientLoop>();
        services.AddSingleton<RetryPolicy>();
        services.AddSingleton<JobOutputs>();
        services.AddSingleton<ILoggerProvider, JobLogCapture>();
        services.AddSingleton<JobInvoker>();
        services.AddSingleton<JobExecution>();
        services.AddSingleton<CompletionLoop>();
        services.AddSingleton<ClaimLoop>();
        services.AddSingleton<UpkeepLoop>();
        services.AddSingleton<JobMender>();
        services.AddSingleton<MendLoop>();
        services.AddSingleton<HeartbeatLoop>();
        services.AddSingleton<ControlListener>();
        services.AddSingleton<LeaseRenewal>();
        services.AddSingleton<LeaseDeadlines>();
        services.AddSingleton<PoolRelief>();
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
