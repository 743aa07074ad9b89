using System.Globalization;
using Hangfire;
using Hangfire.Redis.StackExchange;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Storage.Stock;
using Scheduler.StockHost;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.TakeOver;

/// <summary>A database that the stock package works on: clients of it here, servers of it as processes of their own.</summary>
internal sealed class StockSite : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly ServerFixture server;
    private readonly ConnectionMultiplexer connection;
    private readonly List<RunningProcess> processes = [];

    private StockSite(ServerFixture server, ConnectionMultiplexer connection)
    {
        (this.server, this.connection) = (server, connection);
        Storage = new RedisStorage(connection, new RedisStorageOptions { Prefix = Prefix });
    }

    public static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    public string Prefix { get; } = ServerFixture.NewPrefix();

    public string Token { get; } = Guid.NewGuid().ToString("N");

    public RedisStorage Storage { get; }

    public IDatabase Database => connection.GetDatabase();

    public BackgroundJobClient Client => new(Storage);

    public RecurringJobManager Recurring => new(Storage);

    public IReadOnlyList<string> Notes => StockJobs.NotesOf(Token);

    public static async Task<StockSite> OpenAsync(ServerFixture server) => new(server, await server.ConnectAsync());

    public async Task<RunningProcess> StartServerAsync()
    {
        var process = RunningProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Scheduler.StockHost.dll"), server.ConnectionString, Prefix], AppContext.BaseDirectory);
        processes.Add(process);
        await process.WaitForLineAsync("stock server is ready", Soon);
        return process;
    }

    /// <summary>Ours, on the same prefix. Its own look at the stock package's data has happened once, or is about to.</summary>
    public Task<StorageHarness> TakeOverAsync(Action<SchedulerBuilder>? more = null) => StorageHarness.StartAsync(server, Prefix, builder =>
    {
        builder.AddJobsFrom(typeof(StockJobs).Assembly);
        more?.Invoke(builder);
    });

    /// <summary>Looks at everything, as the service does from time to time.</summary>
    public static async Task LookAsync(StorageHarness ours)
    {
        var takeOver = ours.Services.GetRequiredService<StockTakeOver>();
        await takeOver.LookAtEndsAsync(StorageHarness.Token);
        await takeOver.LookAtWaitingAsync(StorageHarness.Token);
    }

    public async Task WaitForStateAsync(string jobId, string state)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (await Database.HashGetAsync(Prefix + "job:" + jobId, "State") != state)
            await Task.Delay(50, limit.Token);
    }

    /// <summary>As if the stock servers' hearts had not beaten for this long.</summary>
    public async Task SilenceServersAsync(TimeSpan silence)
    {
        foreach (var id in await Database.SetMembersAsync(Prefix + "servers"))
            await Database.HashSetAsync(Prefix + "server:" + id, "Heartbeat", Now.Subtract(silence).ToString("O", CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        await connection.DisposeAsync();
    }
}
