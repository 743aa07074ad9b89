using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Engine.EngineHarness;

namespace Scheduler.IntegrationTests.Engine;

public abstract class ListTests(ServerFixture server)
{
    [Fact]
    public async Task Rare_filter_hands_out_a_short_page_when_its_time_is_up_and_goes_on_from_there()
    {
        await using var engine = await StartAsync(server);
        // More than one list of the index.
        for (var chunk = 0; chunk < 7; chunk++)
            await engine.Jobs.EnqueueAsync([.. Enumerable.Range(0, 200).Select(i => engine.New(type: chunk == 0 && i == 0 ? "test.b" : "test.a"))], null, Token);
        var reader = new JobReader(engine.Redis, new Rushing());
        var wanted = new JobQuery(null, null, "test.b", null, null, 10, null);

        var page = await reader.ListAsync(wanted, Token);
        Assert.Empty(page.Items);
        Assert.NotNull(page.NextCursor);
        for (var more = 0; page.Items.Count == 0 && more < 5; more++)
            page = await reader.ListAsync(wanted with { Cursor = page.NextCursor }, Token);

        Assert.Equal("test.b", Assert.Single(page.Items).Type);
    }

    [Fact]
    public async Task Stored_jobs_are_counted_by_state()
    {
        await using var engine = await StartAsync(server);
        await engine.EnqueueAsync(engine.New(delay: TimeSpan.FromHours(1)));
        await engine.EnqueueAsync();
        await engine.EnqueueAsync();
        await engine.SucceedAsync((await engine.ClaimAsync(max: 1))[0]);
        await engine.ClaimAsync(max: 1);

        var counts = await new StateCountStore(engine.Redis).ReadAsync(Token);

        Assert.Equal(["Deleted 0", "Failed 0", "Processing 1", "Scheduled 1", "Succeeded 1"], counts.Select(c => $"{c.Key} {c.Value}").Order(StringComparer.Ordinal));
    }

    /// <summary>A second passes between any two looks at the clock.</summary>
    private sealed class Rushing : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => now++;
    }
}

public sealed class ListOnRedisTests(RedisServerFixture server) : ListTests(server);

public sealed class ListOnEmbeddedTests(EmbeddedServerFixture server) : ListTests(server);
