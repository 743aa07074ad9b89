using System.Text.Json;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Storage;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>A host with the scheduler's client side, and what a test asks of it, on a prefix of its own.</summary>
internal sealed class StorageHarness : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly IHost host;

    private StorageHarness(IHost host) => this.host = host;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public IServiceProvider Services => host.Services;
    public SchedulerStorage Storage => Services.GetRequiredService<SchedulerStorage>();
    public IBackgroundJobClient Client => Services.GetRequiredService<IBackgroundJobClient>();
    public IRecurringJobManager Recurring => Services.GetRequiredService<IRecurringJobManager>();
    public IMonitoringApi Monitor => Storage.GetMonitoringApi();
    public RedisClient Redis => Services.GetRequiredService<RedisClient>();
    public JobStore Jobs => Services.GetRequiredService<JobStore>();
    public ClaimStore Claims => Services.GetRequiredService<ClaimStore>();
    public LeaseKeeper Leases => Services.GetRequiredService<LeaseKeeper>();

    public static Task<StorageHarness> StartAsync(ServerFixture server) => StartAsync(server, ServerFixture.NewPrefix());

    public static async Task<StorageHarness> StartAsync(ServerFixture server, string prefix, Action<SchedulerBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(server.Settings(prefix));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        var scheduler = builder.Services.AddScheduler(builder.Configuration).AddJobsFrom(typeof(StorageHarness).Assembly);
        more?.Invoke(scheduler);
        var host = builder.Build();
        await host.StartAsync(Token);
        return new StorageHarness(host);
    }

    public JobStorageConnection Connect() => (JobStorageConnection)Storage.GetConnection();

    public async Task<JobRecord> GetAsync(string id) => Assert.IsType<JobRecord>(await Jobs.GetAsync(id, Token));

    public async Task<string> EnqueueTypedAsync(string type = "test.a")
    {
        var id = Jobs.NewId();
        Assert.IsType<EnqueueResult.Accepted>(
            await Jobs.EnqueueAsync([new NewJob { Id = id, Type = type, Args = """{"n":1}""", Queue = "default" }], null, Token));
        return id;
    }

    public async Task<ClaimedJob> ClaimAsync(params string[] queues) => Assert.Single(await Claims.ClaimAsync(
        new ClaimRequest("host:1:test", queues is [] ? ["default"] : queues, ["test.a"], 1, TimeSpan.FromSeconds(20), AllowSuspect: true), Token));

    /// <summary>Claims one job and runs it as a worker would.</summary>
    public async Task<ClaimedJob> RunNextAsync(params string[] queues)
    {
        var claimed = await ClaimAsync(queues);
        await RunAsync(claimed);
        return claimed;
    }

    public Task RunAsync(ClaimedJob claimed) => RunUntilAsync(claimed, CancellationToken.None);

    public async Task RunUntilAsync(ClaimedJob claimed, CancellationToken cancellationToken)
    {
        if (await Services.GetRequiredService<IExpressionJobRunner>().RunAsync(claimed, "host:1:test", cancellationToken) is { } outcome)
            await Claims.CompleteAsync([outcome], CancellationToken.None);
    }

    public async Task<JobRecord> WaitForAsync(string id, params string[] states)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (true)
        {
            var job = await GetAsync(id);
            if (states.Contains(job.State))
                return job;
            if (limit.IsCancellationRequested)
                Assert.Fail($"Job {id} is {job.State}, not {string.Join(" or ", states)}. History: {string.Join(" > ", job.History.Select(h => $"{h.State} ({h.Reason})"))}");
            await Task.Delay(20, Token);
        }
    }

    /// <summary>A stock Hangfire server on our storage.</summary>
    public BackgroundJobServer StartStockServer(int workers = 4, params string[] queues) => new(
        new BackgroundJobServerOptions
        {
            WorkerCount = workers,
            Queues = queues is [] ? ["default"] : queues,
            SchedulePollingInterval = TimeSpan.FromMilliseconds(200),
            Activator = Services.GetRequiredService<JobActivator>(),
            ShutdownTimeout = TimeSpan.FromSeconds(5),
        },
        Storage);

    /// <summary>Has the next job of the queue run by a stock server on our storage, or as our worker does it.</summary>
    public async Task RunAsync(bool byStockServer, string id, string state, string queue = "default")
    {
        if (byStockServer)
        {
            using var stock = StartStockServer(1, queue);
            await WaitForAsync(id, state);
            return;
        }
        await RunNextAsync(queue);
        Assert.Equal(state, (await GetAsync(id)).State);
    }

    public async Task<IReadOnlyList<string>> EventsOfAsync(string id)
    {
        var records = await Redis.Database.SortedSetRangeByRankAsync(Redis.Keys.EventLog);
        return [.. records.SelectMany(r => JsonDocument.Parse(r.ToString()).RootElement.GetProperty("events").EnumerateArray())
            .Where(e => e.GetProperty("jobId").GetString() == id).Select(e => e.GetProperty("event").GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
