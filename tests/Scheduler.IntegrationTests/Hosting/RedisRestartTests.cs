using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>A Redis that comes back and reads its file first: it answers some commands, refuses the others, and is not itself yet.</summary>
public sealed class RedisRestartTests
{
    private const int Keys = 30_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Host_in_production_outlives_a_redis_that_loads_its_data()
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        string[] durable = ["--dir", folder.Path, "--appendonly", "yes", "--maxmemory-policy", "noeviction"];
        await using var first = await RedisProcess.StartAsync(FreePort.Next(), durable);
        await FillAsync(first);
        await using var host = RunningProcess.StartHost("Scheduler.Worker", new Dictionary<string, string?> { ["ConnectionStrings:Redis"] = first.ConnectionString }, "Production");
        await host.WaitForLineAsync("started", Limit);

        await first.KillAsync();
        await host.WaitForLineAsync("the worker waits for it", Limit);
        await using var second = await RedisProcess.StartLoadingAsync(first.Port, [.. durable, .. LoadIn(seconds: 3)]);
        await host.WaitForLineAsync("Redis is back", Limit);

        await host.SignalAsync("TERM");
        Assert.Equal(0, await host.WaitForExitAsync(Limit));
    }

    [Fact]
    public async Task Redis_that_loads_its_data_is_not_taken_for_an_older_one()
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        string[] durable = ["--dir", folder.Path, "--appendonly", "yes"];
        await using (var first = await RedisProcess.StartAsync(FreePort.Next(), durable))
        {
            await FillAsync(first);
            await first.KillAsync();
        }

        await using var redis = await RedisProcess.StartLoadingAsync(FreePort.Next(), [.. durable, .. LoadIn(seconds: 10)]);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",allowAdmin=true,connectTimeout=500,abortConnect=false");
        var client = new RedisClient(connection, Microsoft.Extensions.Options.Options.Create(new SchedulerOptions()));

        var facts = ServerFacts.Unknown;
        while (facts == ServerFacts.Unknown)
            facts = await ServerFacts.ReadAsync(connection);

        Assert.Equal((true, null), (facts.IsLoading, facts.AppendOnly));
        Assert.StartsWith("LOADING", (await Assert.ThrowsAsync<RedisServerException>(client.AskKindAsync)).Message, StringComparison.Ordinal);
        Assert.Equal(ServerKind.Unknown, client.KnownKind);
    }

    /// <summary>After each 1,024 keys it answers.</summary>
    private static string[] LoadIn(int seconds) => ["--key-load-delay", $"{seconds * 1_000_000 / Keys}"];

    private static async Task FillAsync(RedisProcess redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => connection.GetDatabase().StringSetAsync($"filler:{i}", i)));
    }
}
