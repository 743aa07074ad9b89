using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Events;

/// <summary>One process's event feed on a real server, with a writer of events beside it.</summary>
internal sealed class FeedUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private FeedUnderTest(ServiceProvider services, string connectionString, string prefix)
    {
        this.services = services;
        ConnectionString = connectionString;
        Prefix = prefix;
        Writer = new EventWriter(services.GetRequiredService<RedisClient>());
    }

    public string ConnectionString { get; }
    public string Prefix { get; }
    public EventWriter Writer { get; }
    public EventFeed Feed => services.GetRequiredService<EventFeed>();
    public EventRing Ring => services.GetRequiredService<EventRing>();
    public EventLogStore Log => services.GetRequiredService<EventLogStore>();
    public RedisClient Redis => services.GetRequiredService<RedisClient>();
    public JobStore Jobs => services.GetRequiredService<JobStore>();
    public ClaimStore Claims => services.GetRequiredService<ClaimStore>();
    public EventLogTrimmer Trimmer => services.GetServices<IHostedService>().OfType<EventLogTrimmer>().Single();

    public static async Task<FeedUnderTest> StartAsync(string connectionString, string? prefix = null, Action<EventsOptions>? configure = null, EventRing? ring = null)
    {
        prefix ??= ServerFixture.NewPrefix();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(new SchedulerOptions { Prefix = prefix }));
        services.AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(
            connectionString + ",abortConnect=false,connectTimeout=1000,syncTimeout=2000,asyncTimeout=2000"));
        services.Configure(configure ?? (_ => { }));
        services.AddSingleton<RedisClient>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<ClaimStore>();
        services.AddSchedulerEvents();
        if (ring is not null)
            services.AddSingleton(ring);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>().OfType<EventPump>())
            await hosted.StartAsync(CancellationToken.None);
        return new FeedUnderTest(provider, connectionString, prefix);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in services.GetServices<IHostedService>().OfType<EventPump>())
            await hosted.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }
}
