using Microsoft.Extensions.Hosting;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Worker;

/// <summary>A worker node: claims jobs from Redis under a lease and runs them. Start any number, on any machine.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => SchedulerHost.RunAsync(() => Create(args));

    /// <summary>The whole host, not yet started.</summary>
    internal static IHost Create(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = args,
            ContentRootPath = File.Exists("appsettings.json") ? null : AppContext.BaseDirectory,
        });
        builder.Services.AddScheduler(builder.Configuration).AddWorker();
        builder.Services.AddWorkerTelemetry(builder.Configuration);

        var host = builder.Build();
        host.PrintBannerOnceStarted();
        return host;
    }
}
