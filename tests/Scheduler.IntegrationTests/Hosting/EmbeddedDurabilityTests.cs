using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>A real web host over its embedded server, killed while clients enqueue: what was acknowledged is there after the restart.</summary>
public sealed class EmbeddedDurabilityTests : IDisposable
{
    private const int Clients = 8;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();
    private readonly int port = FreePort.Next();

    [Fact]
    public async Task Acknowledged_jobs_survive_a_kill_in_the_middle_of_writing()
    {
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < 2; round++)
        {
            await using var host = await StartHostAsync();
            using var stop = new CancellationTokenSource();
            await using var connection = await ConnectAsync();
            var clients = Enumerable.Range(0, Clients).Select(_ => EnqueueUntilAsync(StoreOn(connection), acknowledged, stop.Token)).ToArray();
            await UntilAsync(() => acknowledged.Count >= 1_000 * (round + 1));

            await host.KillAsync();

            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }

        await using var revived = await StartHostAsync();
        await using var reader = await ConnectAsync();
        Assert.Empty(await MissingAsync(reader, acknowledged));
    }

    [Fact]
    public async Task Second_host_over_the_same_folder_uses_the_first_ones_server()
    {
        await using var owner = await StartHostAsync();
        await using var second = StartHost();

        await second.WaitForLineAsync($"embedded in another process that owns {folder.Path}, 127.0.0.1:{port}", StartLimit);
    }

    [Fact]
    public async Task Port_of_another_program_is_refused_by_name()
    {
        var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        taken.Start();
        await using var host = StartHost();

        Assert.Equal(1, await host.WaitForExitAsync(StartLimit));

        taken.Stop();
        Assert.Equal($"Scheduler:Embedded:Port is {port}, but another program listens there; configure another port, or leave the setting out.", host.Output.Trim());
    }

    public void Dispose() => folder.Dispose();

    private RunningProcess StartHost() => RunningProcess.StartHost("Scheduler.Web", new Dictionary<string, string?>
    {
        ["URLS"] = $"http://127.0.0.1:{FreePort.Next()}",
        ["Scheduler:Embedded:DataFolder"] = folder.Path,
        ["Scheduler:Embedded:Port"] = $"{port}",
        ["Scheduler:Worker:Enabled"] = "false",
    });

    private async Task<RunningProcess> StartHostAsync()
    {
        var host = StartHost();
        await host.WaitForLineAsync("Scheduler is ready", StartLimit);
        return host;
    }

    private async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor($"127.0.0.1:{port}"));

    private static JobStore StoreOn(ConnectionMultiplexer connection)
    {
        var redis = new RedisClient(connection, Options.Create(new SchedulerOptions()));
        return new JobStore(redis, new JobReader(redis, TimeProvider.System), TimeProvider.System);
    }

    /// <summary>Counts a job only when the server has acknowledged it; a cut connection leaves the outcome of the last one unknown.</summary>
    private static async Task EnqueueUntilAsync(JobStore jobs, ConcurrentBag<string> acknowledged, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var job = new NewJob { Id = jobs.NewId(), Type = "test.kept", Args = """{"text":"kept"}""", Queue = "default" };
                Assert.IsType<EnqueueResult.Accepted>(await jobs.EnqueueAsync([job], null, stop));
                acknowledged.Add(job.Id);
            }
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or OperationCanceledException)
        {
            // The kill.
        }
    }

    /// <summary>Acknowledged jobs that are not both stored and queued.</summary>
    private static async Task<IReadOnlyList<string>> MissingAsync(ConnectionMultiplexer connection, IReadOnlyCollection<string> ids)
    {
        var redis = new RedisClient(connection, Options.Create(new SchedulerOptions()));
        var queued = (await redis.Database.ListRangeAsync(redis.Keys.Queue("default"))).Select(v => v.ToString()).ToHashSet();
        var states = await Task.WhenAll(ids.Select(async id => (id, State: await redis.Database.HashGetAsync(redis.Keys.JobHash(id), "State"))));
        return [.. states.Where(s => s.State != JobStates.Enqueued || !queued.Contains(s.id)).Select(s => s.id)];
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }
}
