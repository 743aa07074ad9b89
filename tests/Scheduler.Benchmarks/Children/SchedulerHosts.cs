using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduler.Jobs.Client;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Benchmarks.Children;

/// <summary>Hosts of the scheduler, made as <c>Scheduler.Worker</c> makes its own, with its settings; only the job types differ.</summary>
internal static class SchedulerHosts
{
    public static Task<RunningHost> StartClientAsync(int port) => StartAsync(port, null, _ => { });

    public static Task<RunningHost> StartWorkerAsync(int port, int? concurrency) => StartAsync(port, concurrency, scheduler => scheduler.AddWorker());

    private static async Task<RunningHost> StartAsync(int port, int? concurrency, Action<SchedulerBuilder> add)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Redis"] = $"127.0.0.1:{port}",
            // Measured without an append-only file too.
            ["Scheduler:AllowUnsafeRedis"] = "true",
            ["Scheduler:Worker:Concurrency"] = concurrency?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        add(builder.Services.AddScheduler(builder.Configuration).AddJobsFrom(typeof(SchedulerHosts).Assembly));
        var host = builder.Build();
        await host.StartAsync();
        return new RunningHost(host);
    }
}

internal sealed class RunningHost(IHost host) : IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    public Enqueuer TypedEnqueuer() => new TypedEnqueuer(host.Services.GetRequiredService<ISchedulerClient>());

    public Enqueuer HangfireEnqueuer() => new HangfireEnqueuer(host.Services.GetRequiredService<IBackgroundJobClient>());

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
