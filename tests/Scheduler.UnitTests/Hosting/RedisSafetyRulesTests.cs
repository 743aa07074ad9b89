using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Hosting;

public sealed class RedisSafetyRulesTests
{
    private const string Ending = ", or set Scheduler:AllowUnsafeRedis to true if you accept that.";

    private static readonly ServerFacts Good = new("noeviction", true, "everysec", new Version(7, 0, 15), "scheduler");
    private static readonly RedisAddress Remote = new("redis.example.org:6379,user=scheduler,password=x", false, "redis.example.org:6379");
    private static readonly RedisAddress Local = new("127.0.0.1:6379", false, "127.0.0.1:6379");

    [Fact]
    public void A_good_server_and_one_that_tells_nothing_pass()
    {
        Assert.Empty(RedisSafetyRules.ProblemsOf(Good, Remote));
        Assert.Empty(RedisSafetyRules.ProblemsOf(ServerFacts.Unknown, Remote));
        Assert.Empty(RedisSafetyRules.ProblemsOf(Good with { User = "default" }, Local));
    }

    [Fact]
    public void Each_fault_has_its_sentence()
    {
        AssertOnly("Redis at redis.example.org:6379 would be used over the network without a password; add password=... to ConnectionStrings:Redis" + Ending,
            Good, Remote with { ConnectionString = "redis.example.org:6379" });
        AssertOnly("Redis at redis.example.org:6379 has the eviction policy 'allkeys-lru' and would drop jobs when its memory is full; set maxmemory-policy to noeviction there" + Ending,
            Good with { EvictionPolicy = "allkeys-lru" }, Remote);
        AssertOnly("Redis at 127.0.0.1:6379 has no append-only file and would lose acknowledged jobs when it restarts; set appendonly to yes there" + Ending,
            Good with { AppendOnly = false }, Local);
        AssertOnly("Redis at 127.0.0.1:6379 is version 6.0.16, but the scheduler needs 6.2 or newer; upgrade it" + Ending,
            Good with { Version = new Version(6, 0, 16) }, Local);
        AssertOnly("Redis at redis.example.org:6379 is used as its default user, who may do everything there; make a user with the rights that docs/security.md lists and name it in ConnectionStrings:Redis (user=...)" + Ending,
            Good with { User = "default" }, Remote);
    }

    [Fact]
    public void A_server_that_does_not_force_its_writes_to_disk_falls_short_of_fsync()
    {
        Assert.Equal(["Redis at 127.0.0.1:6379 has appendfsync 'everysec', but Scheduler:Durability:Level asks for Fsync; set appendfsync to always there" + Ending],
            RedisSafetyRules.ProblemsOf(Good, Local, DurabilityLevel.Fsync));
        Assert.Empty(RedisSafetyRules.ProblemsOf(Good with { Fsync = "always" }, Local, DurabilityLevel.Fsync));
        Assert.Empty(RedisSafetyRules.ProblemsOf(Good with { Fsync = null }, Local, DurabilityLevel.Fsync));
        Assert.Empty(RedisSafetyRules.ProblemsOf(Good, Local, DurabilityLevel.Replicated));
    }

    [Theory]
    [InlineData(true, "always", "fsync")]
    [InlineData(true, "everysec", "local")]
    [InlineData(true, null, "local")]
    [InlineData(false, "always", "memory")]
    [InlineData(null, null, null)]
    public void Durability_is_what_the_server_does(bool? appendOnly, string? fsync, string? level)
    {
        var durability = new ServerDurability(Remote);

        durability.Learn(Good with { AppendOnly = appendOnly, Fsync = fsync });

        Assert.Equal(level, durability.Level);
    }

    private static void AssertOnly(string sentence, ServerFacts facts, RedisAddress address) =>
        Assert.Equal([sentence], RedisSafetyRules.ProblemsOf(facts, address));
}
