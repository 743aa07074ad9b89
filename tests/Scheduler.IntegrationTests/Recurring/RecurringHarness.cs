using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Recurring.Calendars;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Recurring;

/// <summary>Schedules on a prefix of their own. Each <see cref="Node"/> is what one process has.</summary>
internal sealed class RecurringHarness : IAsyncDisposable
{
    private readonly ServerFixture server;
    private readonly SchedulerOptions options = new() { Prefix = ServerFixture.NewPrefix() };
    private readonly List<Node> nodes = [];

    private RecurringHarness(ServerFixture server) => this.server = server;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Node First => nodes[0];
    public RecurringStore Schedules => First.Schedules;
    public JobStore Jobs => First.Jobs;
    public RedisClient Redis => First.Redis;

    public static async Task<RecurringHarness> StartAsync(ServerFixture server)
    {
        var harness = new RecurringHarness(server);
        await harness.AddNodeAsync();
        return harness;
    }

    public async Task<Node> AddNodeAsync()
    {
        var node = new Node(await server.ConnectAsync(), options);
        nodes.Add(node);
        return node;
    }

    /// <summary>A host's services on the same schedules, for what comes through Hangfire's API.</summary>
    public ServiceProvider NewServices()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(server.Settings(options.Prefix)).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddScheduler(configuration);
        return services.BuildServiceProvider();
    }

    public static ScheduleDefinition Definition(string cron) => Definition(new ScheduleTiming { Cron = cron });

    public static ScheduleDefinition Definition(ScheduleTiming timing) =>
        new() { Type = "test.a", Args = """{"n":1}""", Queue = "default", Timing = timing, Tags = ["tick"], MaxAttempts = 2 };

    public async Task<ScheduleRecord> PutAsync(string id, ScheduleDefinition definition) =>
        await Schedules.PutAsync(id, definition, SchedulePrecondition.None, Token) switch
        {
            PutScheduleResult.Created created => created.Schedule,
            PutScheduleResult.Replaced replaced => replaced.Schedule,
            var other => throw new InvalidOperationException($"Put gave {other}"),
        };

    public async Task<ScheduleRecord> GetAsync(string id) => Assert.IsType<ScheduleRecord>(await Schedules.GetAsync(id, Token));

    /// <summary>As if nobody had fired since then.</summary>
    public async Task MoveNextAsync(string id, DateTimeOffset instant)
    {
        var ms = instant.ToUnixTimeMilliseconds();
        await Redis.Database.HashSetAsync(Redis.Keys.RecurringJob(id), ScheduleFields.NextAt, ms);
        await Redis.Database.SortedSetAddAsync(Redis.Keys.RecurringJobs, id, ms / 1000.0);
    }

    public async Task<DateTimeOffset> NowAsync()
    {
        var time = (RedisResult[])(await Redis.Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.FromUnixTimeSeconds((long)time[0]);
    }

    /// <summary>The jobs a schedule made, oldest first.</summary>
    public async Task<IReadOnlyList<JobRecord>> RunsAsync(string id)
    {
        var runs = new List<JobRecord>();
        string? cursor = null;
        do
        {
            var page = await Jobs.ListAsync(new JobQuery(null, null, null, null, id, 500, cursor), Token);
            runs.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        runs.Reverse();
        return runs;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    internal sealed class Node : IAsyncDisposable
    {
        private readonly ConnectionMultiplexer connection;
        private readonly RecurringScheduler scheduler;

        public Node(ConnectionMultiplexer connection, SchedulerOptions options)
        {
            this.connection = connection;
            Redis = new RedisClient(connection, Options.Create(options));
            var jobReader = new JobReader(Redis, TimeProvider.System);
            Jobs = new JobStore(Redis, jobReader, TimeProvider.System);
            var reader = new ScheduleReader();
            var calendars = new CalendarCache(Redis);
            Store = new ScheduleStore(Redis, reader, calendars);
            var limits = Options.Create(new RecurringOptions { KeptRuns = 5 });
            Schedules = new RecurringStore(Redis, Store, Jobs, limits);
            Calendars = new CalendarStore(Redis, Store);
            Runs = new RunStore(Redis, jobReader);
            Backfills = new BackfillStore(Redis, Store, Jobs);
            Firings = new FiringStore(Redis, Store, reader, calendars);
            Silence = new SilenceStore(Redis, TimeProvider.System);
            Zones = new ZoneWatch(Redis, Store, reader, TimeProvider.System, NullLogger<ZoneWatch>.Instance);
            scheduler = new RecurringScheduler(Redis, Firings, Silence, limits, TimeProvider.System, NullLogger<RecurringScheduler>.Instance);
        }

        public ScheduleStore Store { get; }
        public CalendarStore Calendars { get; }
        public RunStore Runs { get; }
        public BackfillStore Backfills { get; }
        public SilenceStore Silence { get; }
        public ZoneWatch Zones { get; }

        public RedisClient Redis { get; }
        public JobStore Jobs { get; }
        public RecurringStore Schedules { get; }
        public FiringStore Firings { get; }

        public Task StartFiringAsync() => scheduler.StartAsync(Token);

        public Task StopFiringAsync() => scheduler.StopAsync(CancellationToken.None);

        /// <summary>Fires all that is due now, as the loop would.</summary>
        public async Task PassAsync()
        {
            while (await scheduler.PassAsync(TimeSpan.Zero, Token) == TimeSpan.Zero)
            {
            }
        }

        public async ValueTask DisposeAsync()
        {
            await StopFiringAsync();
            scheduler.Dispose();
            Zones.Dispose();
            await connection.DisposeAsync();
        }
    }
}
