using Hangfire;
using Hangfire.Redis.StackExchange;
using Scheduler.Benchmarks.Jobs;
using StackExchange.Redis;

namespace Scheduler.Benchmarks.Due;

/// <summary>Stock Hangfire on keys of its own, looking for due jobs each second rather than each fifteen.</summary>
internal sealed class StockDue : DuePeer
{
    private readonly ConnectionMultiplexer connection;
    private readonly BackgroundJobServer server;
    private readonly BackgroundJobClient client;
    private readonly RecurringJobManager schedules;
    private int batches;

    public StockDue(int port)
    {
        connection = ConnectionMultiplexer.Connect($"127.0.0.1:{port}");
        var storage = new RedisStorage(connection, new RedisStorageOptions { Prefix = "{stock}:" });
        // Its own activator: the one that all share belongs to the scheduler's host, which is gone.
        var options = new BackgroundJobServerOptions { WorkerCount = 20, SchedulePollingInterval = TimeSpan.FromSeconds(1), Activator = new JobActivator() };
        server = new BackgroundJobServer(options, storage);
        client = new BackgroundJobClient(storage);
        schedules = new RecurringJobManager(storage);
    }

    public override string Name => "stock, 1 s poll";

    public override int SlowestRate => 300;

    public override TimeSpan TimeToPut(int count) => TimeSpan.FromSeconds(3 + (count / 700.0));

    public override Task DelayAsync(int count, DateTimeOffset at, long us) => InLanesAsync(count, _ =>
    {
        client.Schedule(() => ExpressionJobs.Stamp(us, Payload), at);
        return Task.CompletedTask;
    });

    public override async Task EverySecondAsync(int count, DateTimeOffset from, DateTimeOffset to)
    {
        // It has neither a start nor an end of a schedule.
        var batch = batches++;
        await Task.Delay(from - TimeProvider.System.GetUtcNow());
        await PutAsync(batch, count, "* * * * * *");
        await Task.Delay(to - TimeProvider.System.GetUtcNow());
        await InLanesAsync(count, i =>
        {
            schedules.RemoveIfExists($"{batch}-{i}");
            return Task.CompletedTask;
        });
    }

    public override Task FireAtAsync(int count, DateTimeOffset at, long us)
    {
        var batch = batches++;
        return InLanesAsync(count, i =>
        {
            schedules.AddOrUpdate($"{batch}-{i}", () => ExpressionJobs.Stamp(us, Payload), HourlyAt(at) + "*");
            return Task.CompletedTask;
        });
    }

    private Task PutAsync(int batch, int count, string cron) => InLanesAsync(count, i =>
    {
        schedules.AddOrUpdate($"{batch}-{i}", () => ExpressionJobs.Tick(Payload), cron);
        return Task.CompletedTask;
    });

    public override async ValueTask DisposeAsync()
    {
        server.Dispose();
        await connection.DisposeAsync();
    }
}
