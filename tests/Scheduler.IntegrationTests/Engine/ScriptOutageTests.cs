using System.Diagnostics;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>A store that is away must cost its callers neither a surprise nor a thread.</summary>
public sealed class ScriptOutageTests
{
    [Fact]
    public async Task A_server_that_is_not_there_fails_the_task_and_not_the_call()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor($"127.0.0.1:{FreePort.Next()},connectTimeout=200"));
        var call = ClaimsOn(connection).ReapAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<RedisException>(() => call);
    }

    [Fact]
    public async Task A_server_that_hangs_after_a_reconnect_holds_up_no_thread()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor(redis.ConnectionString));
        await redis.SignalAsync("STOP");
        try
        {
            var start = Stopwatch.GetTimestamp();
            var call = ClaimsOn(connection).ReapAsync(TestContext.Current.CancellationToken);

            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1), "The call waited for the server before it gave its task.");
            await redis.SignalAsync("CONT");
            Assert.Equal(0, await call);
        }
        finally
        {
            await redis.SignalAsync("CONT");
        }
    }

    [Fact]
    public async Task A_server_that_forgot_its_scripts_is_told_them_again()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor(redis.ConnectionString));
        var claims = ClaimsOn(connection);
        for (var time = 0; time < 2; time++)
        {
            await connection.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");
            Assert.Equal(0, await claims.ReapAsync(TestContext.Current.CancellationToken));
        }
    }

    private static ClaimStore ClaimsOn(ConnectionMultiplexer connection) =>
        new(new RedisClient(connection, Options.Create(new SchedulerOptions { Prefix = ServerFixture.NewPrefix() })));
}
