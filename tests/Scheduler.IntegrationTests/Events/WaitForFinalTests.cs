using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Events;

/// <summary>Waiting for one job, on both servers.</summary>
public abstract class WaitForFinalTests(ServerFixture server)
{
    [Fact]
    public async Task Wait_ends_when_the_job_is_final()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        var id = await EnqueueAsync(under);
        var waits = Enumerable.Range(0, 20).Select(_ => under.Feed.WaitForFinalAsync(id, FeedReader.Limit, CancellationToken.None)).ToList();

        await under.Jobs.CancelAsync(id, CancellationToken.None);

        foreach (var job in await Task.WhenAll(waits))
            Assert.Equal(JobStates.Deleted, job?.State);
    }

    [Fact]
    public async Task Wait_gives_the_state_of_the_moment_when_the_time_is_up()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        var id = await EnqueueAsync(under);

        var job = await under.Feed.WaitForFinalAsync(id, TimeSpan.FromMilliseconds(100), CancellationToken.None);

        Assert.Equal(JobStates.Enqueued, job?.State);
    }

    [Fact]
    public async Task Wait_for_a_final_or_a_missing_job_ends_at_once()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        var id = await EnqueueAsync(under);
        await under.Jobs.CancelAsync(id, CancellationToken.None);

        Assert.NotNull(await under.Feed.WaitForFinalAsync(id, FeedReader.Limit, CancellationToken.None));
        Assert.Null(await under.Feed.WaitForFinalAsync("missing", FeedReader.Limit, CancellationToken.None));
    }

    [Fact]
    public async Task Wait_ends_without_a_job_when_it_is_removed_meanwhile()
    {
        await using var under = await FeedUnderTest.StartAsync(server.ConnectionString);
        var id = await EnqueueAsync(under);
        var wait = under.Feed.WaitForFinalAsync(id, FeedReader.Limit, CancellationToken.None);

        await under.Redis.Database.KeyDeleteAsync(under.Redis.Keys.JobHash(id));

        Assert.Null(await wait);
    }

    private static async Task<string> EnqueueAsync(FeedUnderTest under)
    {
        var id = under.Jobs.NewId();
        var job = new NewJob { Id = id, Type = "demo.echo", Args = "{}", Queue = "default" };
        await under.Jobs.EnqueueAsync([job], null, CancellationToken.None);
        return id;
    }
}

public sealed class WaitForFinalOnRedisTests(RedisServerFixture server) : WaitForFinalTests(server);

public sealed class WaitForFinalOnEmbeddedTests(EmbeddedServerFixture server) : WaitForFinalTests(server);
