using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Dispatching;

internal delegate Task<string?> Handler(JobContext job, CancellationToken stop);

/// <summary>A scheduler on a prefix of its own, with as many workers in this process as a test starts.</summary>
internal sealed class WorkerHarness : IAsyncDisposable
{
    private readonly string connectionString;
    private readonly string prefix = ServerFixture.NewPrefix();
    private readonly ConnectionMultiplexer connection;
    private readonly List<IHost> hosts = [];

    private WorkerHarness(string connectionString, ConnectionMultiplexer connection)
    {
        (this.connectionString, this.connection) = (connectionString, connection);
        Redis = new RedisClient(connection, Options.Create(new SchedulerOptions { Prefix = prefix }));
        Jobs = new JobStore(Redis, new JobReader(Redis, TimeProvider.System), TimeProvider.System);
    }

    public RedisClient Redis { get; }

    public JobStore Jobs { get; }

    public QueueStore Queues => new(Redis);

    public WorkerStore Workers => new(Redis);

    public JobLogStore Logs => new(Redis);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<WorkerHarness> StartAsync(string connectionString) =>
        new(connectionString, await ConnectAsync(connectionString, BacklogPolicy.Default));

    public async Task<IHost> StartWorkerAsync(
        Handler handler, Action<WorkerOptions>? worker = null, Action<RetryOptions>? retry = null, bool cpuBound = false, string type = "test.job",
        string? otherType = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IConnectionMultiplexer>(await ConnectAsync(connectionString, BacklogPolicy.FailFast));
        builder.Services.Configure<SchedulerOptions>(o => o.Prefix = prefix);
        builder.Services.Configure<WorkerOptions>(o => o.Lease = TimeSpan.FromSeconds(2));
        builder.Services.Configure<RetryOptions>(o => o.BaseDelay = TimeSpan.FromMilliseconds(50));
        builder.Services.Configure(worker ?? (_ => { }));
        builder.Services.Configure(retry ?? (_ => { }));
        builder.Services.AddSingleton<RedisClient>().AddSingleton<ClaimStore>().AddSingleton<WorkerStore>().AddSingleton<JobLogStore>();
        builder.Services.AddSingleton(new JobTypeRegistry(otherType is null ? [Describe(type, handler, cpuBound)] : [Describe(type, handler, cpuBound), Describe(otherType, handler, cpuBound: false)]));
        builder.Services.AddSingleton<IExpressionJobRunner>(new NoExpressions());
        builder.Services.AddSingleton<EnterExclusive>((_, _, _, _) => Task.FromResult<IAsyncDisposable?>(null));
        builder.Services.AddSchedulerDispatcher();
        var host = builder.Build();
        hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }

    public async Task<string> EnqueueAsync(
        string type = "test.job", string queue = "default", int? maxAttempts = null, TimeSpan? timeout = null, TimeSpan? delay = null) =>
        (await EnqueueAsync([New(type, queue) with { MaxAttempts = maxAttempts, Timeout = timeout, Delay = delay }]))[0];

    public async Task<IReadOnlyList<string>> EnqueueAsync(IReadOnlyList<NewJob> jobs) =>
        Assert.IsType<EnqueueResult.Accepted>(await Jobs.EnqueueAsync(jobs, null, Token)).Ids;

    public NewJob New(string type = "test.job", string queue = "default") =>
        new() { Id = Jobs.NewId(), Type = type, Args = "{}", Queue = queue };

    public Task<JobRecord> WaitForAsync(string id, string state) => WaitForAsync(id, job => job.State == state);

    /// <summary>Polls: these tests are about the worker, not about events.</summary>
    public async Task<JobRecord> WaitForAsync(string id, Func<JobRecord, bool> wanted, int seconds = 15)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var job = await Jobs.GetAsync(id, Token);
            if (job is not null && wanted(job))
                return job;
            Assert.False(limit.IsCancellationRequested, $"Job is still {job}");
            await Task.Delay(20, Token);
        }
    }

    public async Task EventuallyAsync(Func<Task<bool>> holds, int seconds = 15)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        while (!await holds())
            await Task.Delay(20, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.StopAsync(CancellationToken.None);
            var owned = host.Services.GetRequiredService<IConnectionMultiplexer>();
            host.Dispose();
            await owned.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(string connectionString, BacklogPolicy backlog)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = backlog;
        options.ConnectTimeout = 2000;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static JobTypeDescriptor Describe(string type, Handler handler, bool cpuBound) => new()
    {
        Name = type,
        Description = "",
        Queue = "default",
        CpuBound = cpuBound,
        HandlerType = typeof(WorkerHarness),
        Validate = _ => new Dictionary<string, string[]>(),
        RunAsync = (_, _, job, stop) => handler(job, stop),
    };

    private sealed class NoExpressions : IExpressionJobRunner
    {
        public Task<JobOutcome?> RunAsync(ClaimedJob claimed, string workerId, CancellationToken cancellationToken) =>
            throw new NotSupportedException("These tests make no expression jobs.");
    }
}
