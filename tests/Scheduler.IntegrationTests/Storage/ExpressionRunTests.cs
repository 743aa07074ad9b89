using System.Globalization;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

public abstract class ExpressionRunTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Result_state_counters_and_event_come_out_of_one_commit()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Add(2, 3));
        await harness.RunNextAsync();
        var job = await harness.GetAsync(id);
        Assert.Equal(("Succeeded", "5", 1), (job.State, job.Result, job.Attempt));
        Assert.Equal(["job.enqueued", "job.started", "job.succeeded"], await harness.EventsOfAsync(id));
        Assert.Equal(1, harness.Monitor.GetStatistics().Succeeded);
        Assert.Equal(1, harness.Monitor.SucceededByDatesCount().Values.Sum());
        Assert.Equal(1, harness.Monitor.HourlySucceededJobs().Values.Sum());
        Assert.Null(await harness.Redis.Database.SortedSetScoreAsync(harness.Redis.Keys.Leases, id));
    }

    [Fact]
    public async Task Async_method_is_awaited_and_its_result_kept()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.GreetAsync(token, CancellationToken.None));
        await harness.RunNextAsync();
        Assert.Equal("\"hello 32\"", (await harness.GetAsync(id)).Result);
        Assert.Equal(["greeted"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Context_names_job_and_worker_and_the_thread_is_not_of_the_pool()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Tell(token, null!));
        await harness.RunNextAsync();
        harness.Client.Enqueue<StorageJobs>(j => j.Thread(token));
        await harness.RunNextAsync();
        Assert.Equal([$"{id} on host:1:test", "own"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Culture_of_the_caller_is_the_culture_of_the_job()
    {
        await using var harness = await StartAsync(server);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-AT");
        harness.Client.Enqueue<StorageJobs>(j => j.Culture(token));
        CultureInfo.CurrentCulture = before;
        await harness.RunNextAsync();
        Assert.Equal(["de-AT"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Failure_without_retries_is_final_and_tells_its_error()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.FailAtOnce(token));
        await harness.RunNextAsync();
        var job = await harness.GetAsync(id);
        Assert.Equal(("Failed", "exception", $"InvalidOperationException: no luck {token}", 1), (job.State, job.Error!.Type, job.Error.Message, job.Error.Attempt));
        var shown = Assert.Single(harness.Monitor.FailedJobs(0, 10)).Value;
        Assert.Equal(("System.InvalidOperationException", $"no luck {token}"), (shown.ExceptionType, shown.ExceptionMessage));
        Assert.Contains(nameof(StorageJobs.FailAtOnce), shown.ExceptionDetails, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Automatic_retry_schedules_again_and_succeeds_in_the_end()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.FailTwice(token));
        await harness.RunNextAsync();
        await harness.RunNextAsync();
        Assert.Equal("Enqueued", (await harness.GetAsync(id)).State);
        await harness.RunNextAsync();
        Assert.Equal(("Succeeded", 3), ((await harness.GetAsync(id)).State, (await harness.GetAsync(id)).Attempt));
        Assert.Equal(2, (await harness.EventsOfAsync(id)).Count(e => e == "job.retrying"));
    }

    [Fact]
    public async Task Delayed_retry_is_listed_and_leaves_the_list_when_it_is_due()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.FailForLong(token));
        await harness.RunNextAsync();
        var job = await harness.GetAsync(id);
        Assert.Equal(("Scheduled", 1), (job.State, job.Attempt));
        Assert.StartsWith("Retry attempt 1 of 3", job.History[^1].Reason, StringComparison.Ordinal);
        Assert.Equal(1, harness.Monitor.GetStatistics().Retries);
        Assert.True(harness.Client.Requeue(id));
        Assert.Equal(0, harness.Monitor.GetStatistics().Retries);
    }

    [Fact]
    public async Task Success_is_left_to_the_group_commit_unless_a_filter_has_a_word_in_it()
    {
        await using var harness = await StartAsync(server);
        var runner = harness.Services.GetRequiredService<IExpressionJobRunner>();
        var plain = harness.Client.Enqueue<StorageJobs>(j => j.Add(2, 3));
        var outcome = Assert.IsType<JobOutcome.Succeeded>(await runner.RunAsync(await harness.ClaimAsync(), "host:1:test", Token));
        Assert.Equal(("5", "Processing"), (outcome.ResultJson, (await harness.GetAsync(plain)).State));
        Assert.Equal([true], await harness.Claims.CompleteAsync([outcome], Token));
        Assert.Equal(("Succeeded", "5"), ((await harness.GetAsync(plain)).State, (await harness.GetAsync(plain)).Result));
        Assert.Equal("5", Assert.Single(harness.Monitor.SucceededJobs(0, 10)).Value.Result);
        Assert.Equal(1, harness.Monitor.GetStatistics().Succeeded);

        var filtered = harness.Client.Enqueue<StorageJobs>(j => j.Filtered(token));
        Assert.Null(await runner.RunAsync(await harness.ClaimAsync(), "host:1:test", Token));
        Assert.Equal("Succeeded", (await harness.GetAsync(filtered)).State);
    }

    [Fact]
    public async Task Filters_may_cancel_a_job_or_choose_another_state()
    {
        await using var harness = await StartAsync(server);
        var canceled = harness.Client.Enqueue<StorageJobs>(j => j.Canceled(token));
        await harness.RunNextAsync();
        var rerouted = harness.Client.Enqueue<StorageJobs>(j => j.Rerouted(token));
        await harness.RunNextAsync();
        Assert.Empty(StorageJobs.NotesOf(token));
        Assert.Equal("Deleted", (await harness.GetAsync(canceled)).State);
        Assert.Equal(("Deleted", "not today"), ((await harness.GetAsync(rerouted)).State, (await harness.GetAsync(rerouted)).History[^1].Reason));
    }

    [Fact]
    public async Task Stale_worker_writes_nothing()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.FailForLong(token));
        var stale = await harness.ClaimAsync();
        await harness.Redis.Database.SortedSetAddAsync(harness.Redis.Keys.Leases, id, 1);
        await harness.Claims.ReapAsync(Token);
        var current = await harness.ClaimAsync();
        await harness.RunAsync(stale);
        var job = await harness.GetAsync(id);
        Assert.Equal(("Processing", 1), (job.State, job.Attempt));
        Assert.DoesNotContain("RetryCount", job.Parameters.Keys);
        await harness.RunAsync(current);
        Assert.Equal("Scheduled", (await harness.GetAsync(id)).State);
    }

    [Fact]
    public async Task Cancelled_run_throws_without_a_commit()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.WaitForCancel(token, CancellationToken.None));
        var claimed = await harness.ClaimAsync();
        using var stop = new CancellationTokenSource();
        var run = harness.RunUntilAsync(claimed, stop.Token);
        while (StorageJobs.NotesOf(token).Count == 0)
            await Task.Delay(10, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal("Processing", (await harness.GetAsync(id)).State);
    }

    [Theory]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process", "Start", "[\"System.String\"]", "[\"\\\"/bin/true\\\"\"]")]
    [InlineData("System.IO.File, mscorlib", "Delete", "[\"System.String\"]", "[\"\\\"/nowhere\\\"\"]")]
    [InlineData("Hangfire.BackgroundJob, Hangfire.Core", "Delete", "[\"System.String\"]", "[\"\\\"x\\\"\"]")]
    [InlineData("Scheduler.Jobs.Storage.SchedulerStorage, Scheduler.Jobs", "ToString", "[]", "[]")]
    public async Task Job_of_a_type_that_is_not_allowed_fails_and_is_never_loaded(string type, string method, string parameters, string arguments)
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        await harness.Redis.Database.HashDeleteAsync(harness.Redis.Keys.JobHash(id), [.. Enumerable.Range(0, JobCall.MaxPieces).Select(i => (RedisValue)JobFields.Piece(i))]);
        await harness.Redis.Database.HashSetAsync(harness.Redis.Keys.JobHash(id),
            [.. JobCall.ToFields(DateTime.UnixEpoch, "", JobCall.RestOf(new InvocationFields(type, method, parameters, arguments))).Chunk(2).Select(f => new HashEntry(f[0], f[1]))]);
        await harness.RunNextAsync();
        var job = await harness.GetAsync(id);
        Assert.Equal(("Failed", "type_not_allowed"), (job.State, job.Error!.Type));
        Assert.Null(Assert.Single(harness.Monitor.FailedJobs(0, 10)).Value.Job);
        Assert.NotNull(harness.Monitor.JobDetails(id));
    }
}

public sealed class ExpressionRunOnRedisTests(RedisServerFixture server) : ExpressionRunTests(server);

public sealed class ExpressionRunOnEmbeddedTests(EmbeddedServerFixture server) : ExpressionRunTests(server);
