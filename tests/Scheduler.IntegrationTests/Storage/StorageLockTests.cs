using Hangfire.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Storage;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

public abstract class StorageLockTests(ServerFixture server)
{
    [Fact]
    public async Task One_holder_at_a_time_and_the_exception_names_the_resource()
    {
        await using var harness = await StartAsync(server);
        using var first = harness.Connect();
        using var second = harness.Connect();
        using (first.AcquireDistributedLock("report", TimeSpan.Zero))
        {
            var refused = Assert.Throws<DistributedLockTimeoutException>(() => second.AcquireDistributedLock("report", TimeSpan.FromMilliseconds(30)));
            Assert.Equal("report", refused.Resource);
        }
        using var later = (LockUse)second.AcquireDistributedLock("report", TimeSpan.Zero);
        Assert.True(later.FencingToken > 0);
    }

    [Fact]
    public async Task Waiter_gets_it_when_it_is_released()
    {
        await using var harness = await StartAsync(server);
        using var first = harness.Connect();
        using var second = harness.Connect();
        var taken = (LockUse)first.AcquireDistributedLock("report", TimeSpan.Zero);
        var waiting = Task.Run(() => (LockUse)second.AcquireDistributedLock("report", Soon), Token);
        await Task.Delay(50, Token);
        Assert.False(waiting.IsCompleted);
        taken.Dispose();
        using var next = await waiting.WaitAsync(Soon, Token);
        Assert.True(next.FencingToken > taken.FencingToken);
    }

    [Fact]
    public async Task Same_connection_enters_again_and_leaves_last()
    {
        await using var harness = await StartAsync(server);
        using var first = harness.Connect();
        using var second = harness.Connect();
        var outer = first.AcquireDistributedLock("report", TimeSpan.Zero);
        var inner = await Task.Run(() => first.AcquireDistributedLock("report", TimeSpan.Zero), Token);
        outer.Dispose();
        outer.Dispose();
        Assert.Throws<DistributedLockTimeoutException>(() => second.AcquireDistributedLock("report", TimeSpan.Zero));
        inner.Dispose();
        second.AcquireDistributedLock("report", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task Lock_whose_key_is_deleted_is_lost_and_never_made_again()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        using var taken = (LockUse)connection.AcquireDistributedLock("report", TimeSpan.Zero);
        await harness.Redis.Database.KeyDeleteAsync(harness.Redis.Keys.StorageLock("report"));
        harness.Leases.RenewAll();
        harness.Leases.RenewAll();
        Assert.True(taken.IsLost);
        Assert.True(taken.Lost.IsCancellationRequested);
        Assert.False(await harness.Redis.Database.KeyExistsAsync(harness.Redis.Keys.StorageLock("report")));
    }

    [Fact]
    public async Task Lost_holder_does_not_release_the_next_one()
    {
        await using var harness = await StartAsync(server);
        using var first = harness.Connect();
        using var second = harness.Connect();
        var lost = first.AcquireDistributedLock("report", TimeSpan.Zero);
        await harness.Redis.Database.KeyDeleteAsync(harness.Redis.Keys.StorageLock("report"));
        using var taken = (LockUse)second.AcquireDistributedLock("report", TimeSpan.Zero);
        lost.Dispose();
        harness.Leases.RenewAll();
        Assert.False(taken.IsLost);
        Assert.True(await harness.Redis.Database.KeyExistsAsync(harness.Redis.Keys.StorageLock("report")));
    }

    [Fact]
    public async Task Renewal_moves_the_expiry_and_closing_the_connection_releases()
    {
        await using var harness = await StartAsync(server);
        var key = harness.Redis.Keys.StorageLock("report");
        using (var connection = harness.Connect())
        {
            connection.AcquireDistributedLock("report", TimeSpan.Zero);
            await harness.Redis.Database.KeyExpireAsync(key, TimeSpan.FromSeconds(5));
            harness.Leases.RenewAll();
            Assert.InRange((await harness.Redis.Database.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromSeconds(15), LeaseKeeper.Lease);
        }
        Assert.False(await harness.Redis.Database.KeyExistsAsync(key));
    }

    [Fact]
    public async Task Transaction_under_a_lost_lock_writes_nothing()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.AcquireDistributedLock("report", TimeSpan.Zero);
        transaction.AddToSet("things", "one");
        await harness.Redis.Database.KeyDeleteAsync(harness.Redis.Keys.StorageLock("report"));
        harness.Leases.RenewAll();
        Assert.Throws<InvalidOperationException>(transaction.Commit);
        Assert.Equal(0, connection.GetSetCount("things"));
    }
}

public sealed class StorageLockOnRedisTests(RedisServerFixture server) : StorageLockTests(server);

public sealed class StorageLockOnEmbeddedTests(EmbeddedServerFixture server) : StorageLockTests(server);
