using Hangfire;
using Hangfire.Redis.StackExchange;
using StackExchange.Redis;

namespace Scheduler.Benchmarks.Children;

/// <summary>Stock Hangfire as its documentation sets it up.</summary>
internal static class StockHangfire
{
    public static BackgroundJobClient Client(int port)
    {
        Configure(port);
        return new BackgroundJobClient();
    }

    public static IAsyncDisposable StartServer(int port, int workers)
    {
        Configure(port);
        return new Stopper(new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = workers }));
    }

    private static void Configure(int port) => GlobalConfiguration.Configuration
        .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
        .UseSimpleAssemblyNameTypeSerializer()
        .UseRecommendedSerializerSettings()
        .UseRedisStorage(ConnectionMultiplexer.Connect($"127.0.0.1:{port}"), new RedisStorageOptions());

    private sealed class Stopper(BackgroundJobServer server) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            server.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
