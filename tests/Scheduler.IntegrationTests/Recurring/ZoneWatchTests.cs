using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

public abstract class ZoneWatchTests(ServerFixture server)
{
    private static readonly ScheduleTiming Nightly = new() { Cron = "30 2 * * *", TimeZone = "Europe/Berlin" };

    [Fact]
    public async Task Changed_rules_of_a_zone_move_the_next_instants_of_its_schedules_once()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var right = (await recurring.PutAsync("berlin", Definition(Nightly))).NextAt!.Value;
        var elsewhere = (await recurring.PutAsync("kathmandu", Definition(Nightly with { TimeZone = "Asia/Kathmandu" }))).NextAt!.Value;
        await recurring.PutAsync("utc", Definition("30 2 * * *"));
        Assert.Equal(["Asia/Kathmandu", "Europe/Berlin"], (await recurring.First.Zones.LookAsync(Token)).Order(StringComparer.Ordinal));

        // As if both had been stored by older rules, and only Berlin's have changed since.
        await recurring.MoveNextAsync("berlin", right.AddHours(1));
        await recurring.MoveNextAsync("kathmandu", elsewhere.AddHours(1));
        await recurring.Redis.Database.HashSetAsync(recurring.Redis.Keys.RecurringZones, "Europe/Berlin", "2019 0000");
        var node = await recurring.AddNodeAsync();
        Assert.Equal(["Europe/Berlin"], await node.Zones.LookAsync(Token));
        Assert.Equal(right, (await recurring.GetAsync("berlin")).NextAt);
        Assert.Equal(elsewhere.AddHours(1), (await recurring.GetAsync("kathmandu")).NextAt);
        Assert.Empty(await node.Zones.LookAsync(Token));
    }

    [Fact]
    public async Task An_instant_that_is_due_is_not_moved()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await recurring.PutAsync("berlin", Definition(Nightly));
        var due = (await recurring.NowAsync()).AddSeconds(-5);
        await recurring.MoveNextAsync("berlin", due);
        Assert.Equal(["Europe/Berlin"], await recurring.First.Zones.LookAsync(Token));
        Assert.Equal(due, (await recurring.GetAsync("berlin")).NextAt);
    }
}

public sealed class ZoneWatchOnRedisTests(RedisServerFixture server) : ZoneWatchTests(server);

public sealed class ZoneWatchOnEmbeddedTests(EmbeddedServerFixture server) : ZoneWatchTests(server);
