using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Locks;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>On the one Redis, or on the embedded server.</summary>
public abstract class NamedLockTests(ServerFixture server)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5), Soon = TimeSpan.FromSeconds(10);

    private readonly string prefix = ServerFixture.NewPrefix();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<LockNode> NodeAsync(TimeSpan? expiry = null) => LockNode.ConnectAsync(server.ConnectionString, prefix, expiry);

    [Fact]
    public async Task One_at_a_time_across_nodes()
    {
        await using var one = await NodeAsync();
        await using var other = await NodeAsync();

        await using (var held = await one.Locks.TryAcquireAsync("r", Long, Token))
        {
            Assert.Equal(LockStatus.Held, held!.Status);
            Assert.Null(await other.Locks.TryAcquireAsync("r", Long, Token));
            Assert.Null(await one.Locks.TryAcquireAsync("r", Long, Token));
            await using var unrelated = await other.Locks.TryAcquireAsync("r2", Long, Token);
            Assert.NotNull(unrelated);
        }

        await using var next = await other.Locks.TryAcquireAsync("r", Long, Token);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Fencing_tokens_grow_even_after_the_counter_was_lost()
    {
        await using var node = await NodeAsync();
        var tokens = new List<long>();

        for (var n = 0; n < 6; n++)
        {
            await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);
            tokens.Add(held!.FencingToken);
            if (n == 3)
                await node.Redis.Database.KeyDeleteAsync(node.Redis.Keys.Fence("r"));
        }

        Assert.Equal(tokens.Order().Distinct(), tokens);
    }

    [Fact]
    public async Task Keys_carry_the_prefix_and_go_with_the_lock()
    {
        await using var node = await NodeAsync();

        var held = await node.Locks.TryAcquireAsync("a {b} c", Long, Token);
        Assert.True(await node.Redis.Database.KeyExistsAsync(prefix + "redlock:a {b} c"));
        await held!.DisposeAsync();

        Assert.False(await node.Redis.Database.KeyExistsAsync(prefix + "redlock:a {b} c"));
        Assert.False(held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_deleted_key_is_a_lost_lock()
    {
        await using var node = await NodeAsync();
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        await node.Redis.Database.KeyDeleteAsync(node.KeyOf("r"));

        Assert.True(await held!.Lost.FiresAsync(Soon));
        Assert.Equal(LockStatus.Lost, held.Status);
        await using var next = await node.Locks.TryAcquireAsync("r", Long, Token);
        Assert.True(next!.FencingToken > held.FencingToken);
        await held.DisposeAsync();
        Assert.Equal(LockStatus.Held, next.Status);
        Assert.True(await node.Redis.Database.KeyExistsAsync(node.KeyOf("r")));
    }

    [Fact]
    public async Task A_lock_that_somebody_held_in_between_is_lost_although_its_key_is_back()
    {
        await using var node = await NodeAsync();
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        // As after a pause: a successor came and went, and the renewal has written the key again.
        await node.Redis.Database.StringSetAsync(node.Redis.Keys.Fence("r"), held!.FencingToken + 1);

        Assert.True(await held.Lost.FiresAsync(Soon));
    }

    [Fact]
    public async Task A_key_of_somebody_else_is_a_lost_lock_and_stays_theirs()
    {
        await using var node = await NodeAsync();
        var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        await node.Redis.Database.StringSetAsync(node.KeyOf("r"), "somebody", TimeSpan.FromMinutes(1));

        Assert.True(await held!.Lost.FiresAsync(Soon));
        await held.DisposeAsync();
        Assert.Equal("somebody", await node.Redis.Database.StringGetAsync(node.KeyOf("r")));
    }

    [Fact]
    public async Task Maximum_hold_ends_a_lock_whatever_its_holder_does()
    {
        await using var node = await NodeAsync();
        await using var held = await node.Locks.TryAcquireAsync("r", TimeSpan.FromMilliseconds(700), Token);

        Assert.True(await held!.Lost.FiresAsync(Soon));

        await using var next = await node.Locks.AcquireAsync("r", Long, Soon, Token);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_held_lock_is_renewed_beyond_its_expiry()
    {
        await using var node = await NodeAsync(expiry: TimeSpan.FromSeconds(1));
        await using var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        Assert.False(await held!.Lost.FiresAsync(TimeSpan.FromSeconds(3)));
        Assert.Equal(LockStatus.Held, held.Status);
        Assert.Null(await node.Locks.TryAcquireAsync("r", Long, Token));
    }

    [Fact]
    public async Task Waiting_gets_the_lock_when_it_is_free_and_nothing_when_the_time_is_up()
    {
        await using var node = await NodeAsync();
        var held = await node.Locks.TryAcquireAsync("r", Long, Token);

        Assert.Null(await node.Locks.AcquireAsync("r", Long, TimeSpan.FromMilliseconds(300), Token));
        var waiting = node.Locks.AcquireAsync("r", Long, Soon, Token);
        await held!.DisposeAsync();

        await using var next = await waiting;
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Never_two_at_once_under_contention()
    {
        await using var one = await NodeAsync();
        await using var other = await NodeAsync();
        var (inside, most, rounds) = (0, 0, 0);

        async Task TakeTurnsAsync(LockNode node)
        {
            for (var n = 0; n < 5; n++)
            {
                await using var held = await node.Locks.AcquireAsync("r", Long, TimeSpan.FromMinutes(1), Token);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                Interlocked.Increment(ref rounds);
            }
        }
        await Task.WhenAll(TakeTurnsAsync(one), TakeTurnsAsync(one), TakeTurnsAsync(other), TakeTurnsAsync(other));

        Assert.Equal((1, 20), (most, rounds));
    }
}

public sealed class NamedLockOnRedisTests(RedisServerFixture server) : NamedLockTests(server);

public sealed class NamedLockOnEmbeddedTests(EmbeddedServerFixture server) : NamedLockTests(server);
