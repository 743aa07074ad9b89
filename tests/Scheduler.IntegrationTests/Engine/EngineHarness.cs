using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>The engine's stores on a prefix of their own.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private EngineHarness(ConnectionMultiplexer connection, string? prefix = null)
    {
        Connection = connection;
        Redis = new RedisClient(connection, Options.Create(new SchedulerOptions { Prefix = prefix ?? ServerFixture.NewPrefix() }));
        Jobs = new JobStore(Redis, new JobReader(Redis, TimeProvider.System), TimeProvider.System);
        Claims = new ClaimStore(Redis);
        Queues = new QueueStore(Redis);
        Workers = new WorkerStore(Redis);
        Logs = new JobLogStore(Redis);
    }

    public ConnectionMultiplexer Connection { get; }
    public RedisClient Redis { get; }
    public JobStore Jobs { get; }
    public ClaimStore Claims { get; }
    public QueueStore Queues { get; }
    public WorkerStore Workers { get; }
    public JobLogStore Logs { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<EngineHarness> StartAsync(ServerFixture server, string? prefix = null) => new(await server.ConnectAsync(), prefix);

    /// <summary>On a server that holds something already.</summary>
    public static async Task<EngineHarness> StartAsync(string connectionString, string prefix) =>
        new(await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor(connectionString)), prefix);

    public NewJob New(string type = "test.a", string queue = "default", IReadOnlyList<string>? tags = null, TimeSpan? delay = null) => new()
    {
        Id = Jobs.NewId(),
        Type = type,
        Args = """{"n":1}""",
        Queue = queue,
        Tags = tags ?? [],
        Delay = delay,
    };

    public async Task<string> EnqueueAsync(NewJob job)
    {
        Assert.IsType<EnqueueResult.Accepted>(await Jobs.EnqueueAsync([job], null, Token));
        return job.Id;
    }

    public Task<string> EnqueueAsync(string type = "test.a") => EnqueueAsync(New(type));

    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(
        int max = 10, string[]? types = null, bool allowSuspect = true, TimeSpan? lease = null, params string[] queues) =>
        Claims.ClaimAsync(new ClaimRequest("host:1:test", queues is [] ? ["default"] : queues, types ?? ["test.a", "test.b"], max, lease ?? Lease, allowSuspect), Token);

    public async Task<JobRecord> GetAsync(string id) => Assert.IsType<JobRecord>(await Jobs.GetAsync(id, Token));

    public Task<IReadOnlyList<bool>> SucceedAsync(ClaimedJob claim, string result = "{}") =>
        Claims.CompleteAsync([new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, result, TimeSpan.FromMilliseconds(3))], Token);

    /// <summary>Lets every lease run out by the server's clock, without waiting for it.</summary>
    public async Task ExpireLeasesAsync()
    {
        foreach (var id in await Redis.Database.SortedSetRangeByRankAsync(Redis.Keys.Leases))
            await Redis.Database.SortedSetAddAsync(Redis.Keys.Leases, id, 1);
    }

    /// <summary>Every key of this prefix.</summary>
    public async Task<IReadOnlyList<string>> CensusAsync()
    {
        var keys = new List<string>();
        await foreach (var key in Connection.GetServers()[0].KeysAsync(pattern: Redis.Keys.Prefix.Replace("{", "\\{").Replace("}", "\\}") + "*"))
            keys.Add(key.ToString()[Redis.Keys.Prefix.Length..]);
        return keys;
    }

    /// <summary>The names of all events so far, in order.</summary>
    public async Task<IReadOnlyList<string>> EventNamesAsync() => [.. (await EventsAsync()).Select(e => e.Name)];

    /// <summary>All events so far, in order.</summary>
    public async Task<IReadOnlyList<JobEvent>> EventsAsync()
    {
        var records = await Redis.Database.SortedSetRangeByRankAsync(Redis.Keys.EventLog);
        return [.. records.SelectMany(r => EventRecord.TryRead(1, r!)!.Events)];
    }

    /// <summary>Ids of all jobs that anybody can see.</summary>
    public async Task<IReadOnlyList<string>> VisibleJobsAsync()
    {
        var found = new List<string>();
        for (string? cursor = null; ; )
        {
            var page = await Jobs.ListAsync(new JobQuery(null, null, null, null, null, 500, cursor), Token);
            found.AddRange(page.Items.Select(j => j.Id));
            if ((cursor = page.NextCursor) is null)
                return found;
        }
    }

    public async ValueTask DisposeAsync() => await Connection.DisposeAsync();
}
