using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Web;

/// <summary>Tells on the console where everything is. Never a password.</summary>
internal static class WebBanner
{
    public static void PrintBannerOnceStarted(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine(TextFor(app)));

    internal static string TextFor(WebApplication app)
    {
        var address = app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
        return $"""
            Scheduler is ready ({app.Environment.EnvironmentName})
              Live page   {address}/
              API         {address}/api/v1     documentation {address}/docs
              Events      {address}/api/v1/events
              Dashboard   {address}/hangfire
              Health      {address}/health/ready     metrics {address}/metrics
              Redis       {RedisLine(app.Services)}
              Worker      {WorkerLine(app)}
            """;
    }

    private static string RedisLine(IServiceProvider services)
    {
        var address = services.GetRequiredService<RedisAddress>();
        return services.GetRequiredService<IConnectionMultiplexer>().IsConnected
            ? address.Description
            : $"{address.Description} (not reachable yet; everything works by itself once it is)";
    }

    private static string WorkerLine(WebApplication app)
    {
        var worker = app.Services.GetRequiredService<IOptions<WorkerOptions>>().Value;
        return app.Configuration.WantsWorker()
            ? $"in this process, {worker.Concurrency} jobs at a time, queues {string.Join(", ", worker.Queues)}"
            : "none in this process; start any number of Scheduler.Worker";
    }
}
