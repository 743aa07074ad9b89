using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Client;
using Scheduler.Jobs.Contracts;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Client;

public abstract class SchedulerClientTests(ServerFixture server)
{
    [Fact]
    public async Task Typed_job_is_stored_under_its_job_type_with_its_arguments_and_queue()
    {
        await using var scheduler = await StartAsync(server);
        var job = await scheduler.GetAsync(await ClientOf(scheduler).EnqueueAsync<ParcelJob>(new ParcelArgs("Ada", 3), Token));
        Assert.Equal(("client.parcel", "parcels", "Enqueued", """{"to":"Ada","pieces":3}"""), (job.Type, job.Queue, job.State, job.Args));
    }

    [Fact]
    public async Task Every_option_reaches_the_job()
    {
        await using var scheduler = await StartAsync(server);
        var request = JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 1)) with
        {
            Queue = "express", Delay = TimeSpan.FromMinutes(5), Tags = ["a", "b", "a"], MaxAttempts = 2, Timeout = TimeSpan.FromSeconds(3),
            ExpiresIn = TimeSpan.FromHours(1),
        };
        var job = await scheduler.GetAsync(await ClientOf(scheduler).EnqueueAsync(request, Token));
        Assert.Equal(("express", "Scheduled", 2, TimeSpan.FromSeconds(3)), (job.Queue, job.State, job.MaxAttempts, job.Timeout));
        Assert.Equal(["a", "b"], job.Tags);
        Assert.Equal(TimeSpan.FromMinutes(5), job.RunAt - job.CreatedAt);
        Assert.Equal(TimeSpan.FromMinutes(65), job.ExpiresAt - job.CreatedAt);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(250)]
    public async Task Idempotency_key_names_the_first_jobs_and_refuses_others(int count)
    {
        await using var scheduler = await StartAsync(server);
        var client = ClientOf(scheduler);
        IEnumerable<JobRequest> Parcels(string to) => Enumerable.Range(1, count).Select(i => JobRequest.For<ParcelJob>(new ParcelArgs(to, i)));
        var first = await client.EnqueueAllAsync(Parcels("Ada"), "k", Token);
        Assert.Equal(count, first.Distinct().Count());
        Assert.Equal(first, await client.EnqueueAllAsync(Parcels("Ada"), "k", Token));
        await Assert.ThrowsAsync<IdempotencyKeyReusedException>(() => client.EnqueueAllAsync(Parcels("Bob"), "k", Token));

        var one = JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 1));
        Assert.Equal(await client.EnqueueAsync(one, "one", Token), await client.EnqueueAsync(one, "one", Token));
        await Assert.ThrowsAsync<IdempotencyKeyReusedException>(() => client.EnqueueAsync(one with { Tags = ["x"] }, "one", Token));
    }

    [Fact]
    public async Task Wrong_job_is_refused_in_words_and_takes_its_batch_along()
    {
        await using var scheduler = await StartAsync(server);
        var client = ClientOf(scheduler);
        var good = JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 1));
        JobRequest[] wrong =
        [
            JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 0)), JobRequest.For<ParcelJob>(new { to = "Ada", weight = 3 }), JobRequest.For<ParcelJob>(),
            JobRequest.Named("No Such Name"), good with { Queue = "Not A Queue" }, good with { Tags = ["not a tag"] }, good with { MaxAttempts = 0 },
            good with { Timeout = TimeSpan.Zero }, good with { ExpiresIn = TimeSpan.Zero }, good with { Delay = TimeSpan.FromSeconds(-1) }, good with { Delay = TimeSpan.Zero, RunAt = DateTimeOffset.UnixEpoch },
        ];
        foreach (var request in wrong)
            await Assert.ThrowsAsync<InvalidJobException>(() => client.EnqueueAllAsync([good, request], Token));
        var problem = await Assert.ThrowsAsync<InvalidJobException>(() => client.EnqueueAsync(wrong[0], Token));
        Assert.Equal("The arguments do not fit job type client.parcel: /pieces must be at least 1.", problem.Message);
        Assert.Throws<ArgumentException>(() => JobRequest.For<SchedulerClientTests>());
        Assert.Equal(0, await scheduler.Redis.Database.ListLengthAsync(scheduler.Redis.Keys.JobList));
    }

    [Fact]
    public async Task Many_jobs_are_on_their_way_before_the_last_is_made_and_become_visible_together()
    {
        await using var scheduler = await StartAsync(server);
        var database = scheduler.Redis.Database;
        var staged = new List<bool>();
        IEnumerable<JobRequest> Parcels()
        {
            for (var i = 1; i <= 450; i++)
            {
                if (i > 401)
                    staged.Add(database.KeyExists(scheduler.Redis.Keys.Prefix + "staged") && !database.KeyExists(scheduler.Redis.Keys.JobList));
                yield return JobRequest.For<ParcelJob>(new ParcelArgs("Ada", i));
            }
        }
        var ids = await ClientOf(scheduler).EnqueueAllAsync(Parcels(), Token);
        Assert.All(staged, Assert.True);
        Assert.Equal(450, await database.ListLengthAsync(scheduler.Redis.Keys.Queue("parcels")));
        Assert.Equal("""{"to":"Ada","pieces":449}""", (await scheduler.GetAsync(ids[448])).Args);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(450)]
    public async Task Wrong_job_among_many_takes_those_along_that_were_on_their_way(int before)
    {
        await using var scheduler = await StartAsync(server);
        var jobs = Enumerable.Range(1, before).Select(_ => JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 1)))
            .Append(JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 0)));
        await Assert.ThrowsAsync<InvalidJobException>(() => ClientOf(scheduler).EnqueueAllAsync(jobs, Token));
        var keys = await StoreDump.ReadAsync(scheduler.Redis.Connection, scheduler.Redis.Keys.Prefix);
        Assert.DoesNotContain(keys, key => key.Key.StartsWith("job:", StringComparison.Ordinal) || key.Key.StartsWith("staged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_jobs_than_a_call_may_bring_are_refused_and_none_is_left()
    {
        await using var scheduler = await StartAsync(server);
        var client = ClientOf(scheduler);
        var jobs = Enumerable.Repeat(JobRequest.For<ParcelJob>(new ParcelArgs("Ada", 1)), 10_001);
        await Assert.ThrowsAsync<InvalidJobException>(() => client.EnqueueAllAsync(jobs, Token));
        Assert.DoesNotContain(await StoreDump.ReadAsync(scheduler.Redis.Connection, scheduler.Redis.Keys.Prefix), key => key.Key.StartsWith("job:", StringComparison.Ordinal));
        Assert.Empty(await client.EnqueueAllAsync([], Token));
    }

    [Fact]
    public async Task Job_type_of_another_process_is_taken_by_its_name()
    {
        await using var scheduler = await StartAsync(server);
        var job = await scheduler.GetAsync(await ClientOf(scheduler).EnqueueAsync(JobRequest.Named("elsewhere.type", new { anything = true }), Token));
        Assert.Equal(("elsewhere.type", "default", """{"anything":true}"""), (job.Type, job.Queue, job.Args));
    }

    private static ISchedulerClient ClientOf(StorageHarness scheduler) => scheduler.Services.GetRequiredService<ISchedulerClient>();
}

public sealed record ParcelArgs(string To, [Range(1, 1000)] int Pieces);

[JobType("client.parcel", Queue = "parcels")]
public sealed class ParcelJob : IJobHandler<ParcelArgs, NoResult>
{
    public Task<NoResult> RunAsync(ParcelArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(NoResult.Value);
}

public sealed class SchedulerClientOnRedisTests(RedisServerFixture server) : SchedulerClientTests(server);

public sealed class SchedulerClientOnEmbeddedTests(EmbeddedServerFixture server) : SchedulerClientTests(server);
