using Hangfire;
using Hangfire.Redis.StackExchange;

namespace Scheduler.StockHost;

/// <summary>A stock Hangfire server with the package's defaults, above all its old format of instants, until it is killed.</summary>
internal static class Program
{
    /// <param name="args">Connection string, prefix.</param>
    public static async Task Main(string[] args)
    {
        StockJobs.IsStockServer = true;
        var storage = new RedisStorage(args[0], new RedisStorageOptions { Prefix = args[1], FetchTimeout = TimeSpan.FromSeconds(1) });
        GlobalConfiguration.Configuration.UseStorage(storage);
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions
        {
            WorkerCount = 1,
            Queues = ["critical", "default"],
            ServerName = "stock",
            SchedulePollingInterval = TimeSpan.FromSeconds(1),
        });
        Console.WriteLine("stock server is ready");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }
}
