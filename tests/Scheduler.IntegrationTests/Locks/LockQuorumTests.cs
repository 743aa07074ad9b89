using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Locks;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>On three independent masters of their own, some of which are killed or paused; the scheduler's Redis is a fourth server.</summary>
public sealed class LockQuorumTests(RedisServerFixture server) : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5), Expiry = TimeSpan.FromSeconds(3), Soon = TimeSpan.FromSeconds(15);

    private readonly string prefix = ServerFixture.NewPrefix();
    private readonly List<RedisProcess> masters = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        for (var n = 0; n < 3 && RedisProcess.IsInstalled; n++)
            masters.Add(await RedisProcess.StartAsync(FreePort.Next()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in masters)
            await master.DisposeAsync();
    }

    private Task<LockNode> NodeAsync() => LockNode.ConnectAsync(server.ConnectionString, prefix, Expiry, [.. masters.Select(m => m.ConnectionString)]);

    [Fact]
    public async Task A_minority_may_be_away()
    {
        await using var one = await NodeAsync();
        await using var other = await NodeAsync();
        await using var held = await one.Locks.TryAcquireAsync("r", Long, Token);
        Assert.Null(await other.Locks.TryAcquireAsync("r", Long, Token));

        await masters[0].KillAsync();

        Assert.False(await held!.Lost.FiresAsync(Expiry * 2));
        Assert.Null(await other.Locks.TryAcquireAsync("r", Long, Token));
        await using var unrelated = await other.Locks.TryAcquireAsync("r2", Long, Token);
        Assert.NotNull(unrelated);
    }

    [Fact]
    public async Task Without_a_majority_nobody_gets_a_lock_and_a_holder_loses_it_when_it_expires()
    {
        await using var node = await NodeAsync();
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        await masters[0].KillAsync();
        await masters[1].KillAsync();

        Assert.True(await held!.Lost.FiresAsync(Soon));
        await Assert.ThrowsAsync<LockUnavailableException>(() => node.Locks.TryAcquireAsync("r2", Long, Token));
    }

    [Fact]
    public async Task A_key_lost_on_one_master_is_not_a_lost_lock_but_on_two_it_is()
    {
        await using var node = await NodeAsync();
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        await DeleteAsync(masters[0], node.KeyOf("r"));
        Assert.False(await held!.Lost.FiresAsync(Expiry / 3));

        await DeleteAsync(masters[0], node.KeyOf("r"));
        await DeleteAsync(masters[1], node.KeyOf("r"));
        Assert.True(await held.Lost.FiresAsync(Soon));
    }

    private static async Task DeleteAsync(RedisProcess master, string key)
    {
        await using var connection = await master.ConnectAsAdminAsync();
        await connection.GetDatabase().KeyDeleteAsync(key);
    }
}
