using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Client;
using Scheduler.Jobs.Engine;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Client;

public abstract class WaitForResultTests(ServerFixture server)
{
    [Fact]
    public async Task The_result_comes_as_its_type_when_the_job_has_succeeded()
    {
        await using var scheduler = await StartAsync(server);
        var sum = ClientOf(scheduler).EnqueueAndWaitAsync<Sum>(JobRequest.Named("test.a"), Token);
        var claimed = await ClaimAsync(scheduler);
        Assert.False(sum.IsCompleted);

        await scheduler.Claims.CompleteAsync([new JobOutcome.Succeeded(claimed.Job.Id, claimed.Fence, """{"total":3}""", TimeSpan.Zero)], Token);

        // Told by the event: the feed's own look comes after five seconds.
        Assert.Equal(new Sum(3), await sum.WaitAsync(TimeSpan.FromSeconds(3), Token));
    }

    [Fact]
    public async Task A_failed_or_deleted_job_throws_what_became_of_it()
    {
        await using var scheduler = await StartAsync(server);
        var client = ClientOf(scheduler);
        var failing = client.EnqueueAndWaitAsync<Sum>(JobRequest.Named("test.a"), Token);
        var claimed = await ClaimAsync(scheduler);
        await scheduler.Claims.CompleteAsync([new JobOutcome.Failed(claimed.Job.Id, claimed.Fence, new JobError("exception", "Boom: no", 1), TimeSpan.Zero)], Token);
        var failed = await Assert.ThrowsAsync<JobNotSucceededException>(() => failing);
        var deleted = await client.EnqueueAsync(JobRequest.Named("test.a"), Token);
        await scheduler.Jobs.CancelAsync(deleted, Token);

        Assert.Equal(("failed", "exception", "Boom: no"), (failed.End.State, failed.End.ErrorType, failed.End.ErrorMessage));
        Assert.Equal("deleted", (await client.WaitAsync(deleted, Token)).State);
        await Assert.ThrowsAsync<JobGoneException>(() => client.WaitAsync("01kf3m8w7c2t9q4hxj5n6rbz0e", Token));
    }

    [Fact]
    public async Task Waiting_is_given_up_with_its_token()
    {
        await using var scheduler = await StartAsync(server);
        var client = ClientOf(scheduler);
        var id = await client.EnqueueAsync(JobRequest.Named("test.a"), Token);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WaitAsync(id, patience.Token));
    }

    private static async Task<ClaimedJob> ClaimAsync(StorageHarness scheduler)
    {
        ClaimedJob? claimed = null;
        await EventuallyAsync(async () => (claimed = (await scheduler.Claims.ClaimAsync(
            new ClaimRequest("host:1:test", ["default"], ["test.a"], 1, TimeSpan.FromSeconds(20), AllowSuspect: true), Token)).SingleOrDefault()) is not null);
        return claimed!;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (!await holds())
            await Task.Delay(10, limit.Token);
    }

    private static ISchedulerClient ClientOf(StorageHarness scheduler) => scheduler.Services.GetRequiredService<ISchedulerClient>();

    private sealed record Sum(int Total);
}

public sealed class WaitForResultOnRedisTests(RedisServerFixture server) : WaitForResultTests(server);

public sealed class WaitForResultOnEmbeddedTests(EmbeddedServerFixture server) : WaitForResultTests(server);
