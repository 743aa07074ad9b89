using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Locks;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>The one Redis goes away, or a holder's process does.</summary>
public sealed class LockOutageTests(RedisServerFixture server)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5), Expiry = TimeSpan.FromSeconds(2), Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_redis_makes_a_lock_doubtful_and_then_lost()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var admin = await redis.ConnectAsAdminAsync();
        await using var node = await LockNode.ConnectAsync(redis.ConnectionString, ServerFixture.NewPrefix(), Expiry);
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);
        var started = TimeProvider.System.GetTimestamp();

        await admin.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "30000");

        Assert.True(await held!.Lost.FiresAsync(Soon));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromMilliseconds(500), Expiry + TimeSpan.FromSeconds(2));
        await redis.KillAsync();
    }

    [Fact]
    public async Task A_killed_process_leaves_its_lock_to_the_next_one_after_its_expiry()
    {
        var prefix = ServerFixture.NewPrefix();
        await using var node = await LockNode.ConnectAsync(server.ConnectionString, prefix, Expiry);
        await using var holder = StartHolder(server.ConnectionString, prefix);
        var token = await AnnouncedTokenAsync(node, holder);

        Assert.Null(await node.Locks.TryAcquireAsync("r", Long, Token));
        await holder.KillAsync();

        await using var next = await node.Locks.AcquireAsync("r", Long, Soon, Token);
        Assert.True(next!.FencingToken > token);
    }

    /// <summary>
    /// Run by the test above in a process of its own, which it then kills; otherwise it only takes the lock and lets it go.
    /// </summary>
    [Fact]
    public async Task Holder()
    {
        var told = Environment.GetEnvironmentVariable(RedisServerFixture.NoneVariable)?.Split('|');
        await using var node = await LockNode.ConnectAsync(told?[0] ?? server.ConnectionString, told?[1] ?? ServerFixture.NewPrefix(), Expiry);
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);
        Assert.Equal(LockStatus.Held, held!.Status);
        if (told is null)
            return;
        await node.Redis.Database.StringSetAsync(node.Redis.Keys.Named("holder"), held.FencingToken);
        await Task.Delay(TimeSpan.FromMinutes(1), Token);
    }

    private static RunningProcess StartHolder(string connectionString, string prefix) => RunningProcess.Start(
        "dotnet", [typeof(LockOutageTests).Assembly.Location, "-method", $"{typeof(LockOutageTests).FullName}.{nameof(Holder)}"],
        AppContext.BaseDirectory, new Dictionary<string, string?> { [RedisServerFixture.NoneVariable] = $"{connectionString}|{prefix}" });

    private static async Task<long> AnnouncedTokenAsync(LockNode node, RunningProcess holder)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            var token = await node.Redis.Database.StringGetAsync(node.Redis.Keys.Named("holder"));
            if (!token.IsNull)
                return (long)token;
            Assert.False(holder.HasExited, holder.Output);
            await Task.Delay(100, Token);
        }
        throw new TimeoutException("The other process did not take the lock. Its output:\n" + holder.Output);
    }
}
