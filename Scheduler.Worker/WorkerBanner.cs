using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Worker;

/// <summary>Tells on the console whose jobs this process runs. Never a password.</summary>
internal static class WorkerBanner
{
    public static void PrintBannerOnceStarted(this IHost host) =>
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => Console.Out.WriteLine(TextFor(host.Services)));

    private static string TextFor(IServiceProvider services)
    {
        var worker = services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        var address = services.GetRequiredService<RedisAddress>();
        var missing = services.GetRequiredService<IConnectionMultiplexer>().IsConnected ? "" : " (not reachable yet; work begins by itself once it is)";
        var hint = address.IsEmbedded ? "; ConnectionStrings:Redis chooses another" : "";
        return $"Scheduler worker is ready: {worker.Concurrency} jobs at a time, queues {string.Join(", ", worker.Queues)}\n  Redis       {address.Description}{missing}{hint}";
    }
}
