using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.Redis.StackExchange;
using Hangfire.States;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Locks;
using Scheduler.Jobs.Storage;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>The filter in Hangfire's own server, on the stock storage.</summary>
public sealed class ExclusiveFilterTests(RedisServerFixture server) : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private LockNode node = null!;
    private RedisStorage storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static class Reports
    {
        public static ConcurrentQueue<string> Made { get; } = new();

        [Exclusive("report-{0}", RetrySeconds = 1)]
        public static void Make(string customer) => Made.Enqueue(customer);
    }

    public async ValueTask InitializeAsync()
    {
        // One list per process, and other tests' hosts put it in place.
        ExpressionTypes.Allow(typeof(Reports).Assembly);
        node = await LockNode.ConnectAsync(server.ConnectionString, ServerFixture.NewPrefix());
        storage = new RedisStorage(node.Connection, new RedisStorageOptions { Prefix = ServerFixture.NewPrefix() });
    }

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private BackgroundJobServer StartServer()
    {
        var filters = new JobFilterProviderCollection(
            new JobFilterCollection { new AutomaticRetryAttribute() }, new ExclusiveFilter(new ExclusiveGate(node.Locks), TimeProvider.System));
        var options = new BackgroundJobServerOptions
        {
            WorkerCount = 1,
            SchedulePollingInterval = TimeSpan.FromSeconds(1),
            FilterProvider = filters,
            // Not the process-wide one: other tests' hosts set it to their services and dispose of those.
            Activator = new JobActivator(),
        };
        return new BackgroundJobServer(options, storage);
    }

    private async Task<string[]> StatesOnceAsync(string jobId, string state)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Long);
        while (true)
        {
            var history = storage.GetMonitoringApi().JobDetails(jobId).History.Select(h => h.StateName).Reverse().ToArray();
            if (history.Contains(state))
                return history;
            await Task.Delay(100, limit.Token);
        }
    }

    [Fact]
    public async Task A_job_whose_resource_is_taken_waits_without_a_failure_and_runs_when_it_is_free()
    {
        var taken = await node.Locks.TryAcquireAsync("report-b", Long, Token);
        var client = new BackgroundJobClient(storage);
        using var running = StartServer();

        var free = client.Enqueue(() => Reports.Make("a"));
        var waiting = client.Enqueue(() => Reports.Make("b"));
        Assert.DoesNotContain(ScheduledState.StateName, await StatesOnceAsync(free, SucceededState.StateName));
        await StatesOnceAsync(waiting, ScheduledState.StateName);
        Assert.DoesNotContain("b", Reports.Made);
        await taken!.DisposeAsync();

        var history = await StatesOnceAsync(waiting, SucceededState.StateName);
        using var connection = storage.GetConnection();
        // A stock server elects a failure before the filter turns it into the wait; nothing counts it.
        Assert.DoesNotContain(DeletedState.StateName, history);
        Assert.Equal(0, storage.GetMonitoringApi().FailedCount());
        Assert.Null(connection.GetJobParameter(waiting, "RetryCount"));
        Assert.Single(Reports.Made, "b");
        await using var released = await node.Locks.TryAcquireAsync("report-b", Long, Token);
        Assert.NotNull(released);
    }
}
