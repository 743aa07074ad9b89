using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Storage;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>What Hangfire offers to those who extend it, whoever runs the jobs: a stock server on our storage, or our worker.</summary>
public abstract class FeatureTests(ServerFixture server)
{
    private static readonly string[] Promised =
    [
        JobStorageFeatures.ExtendedApi, JobStorageFeatures.JobQueueProperty, JobStorageFeatures.ProcessesInsteadOfComponents,
        JobStorageFeatures.Connection.BatchedGetFirstByLowest, JobStorageFeatures.Connection.GetUtcDateTime,
        JobStorageFeatures.Connection.GetSetContains, JobStorageFeatures.Connection.LimitedGetSetCount,
        JobStorageFeatures.Transaction.AcquireDistributedLock, JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter, JobStorageFeatures.Transaction.RemoveFromQueue(typeof(SchedulerFetchedJob)),
        JobStorageFeatures.Monitoring.DeletedStateGraphs, JobStorageFeatures.Monitoring.AwaitingJobs,
    ];

    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Storage_says_what_it_can_and_brings_its_own_processes()
    {
        await using var harness = await StartAsync(server);
        Assert.All(Promised, feature => Assert.True(harness.Storage.HasFeature(feature), feature));
        Assert.False(harness.Storage.HasFeature("Something.Else"));
        Assert.True(harness.Storage.LinearizableReads);
        Assert.Empty(harness.Storage.GetServerRequiredProcesses());
        Assert.IsType<StorageUpkeep>(Assert.Single(harness.Storage.GetStorageWideProcesses()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_hooks_of_a_filter_are_called_in_order(bool byStockServer)
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Filtered(token));
        await harness.RunAsync(byStockServer, id, "Succeeded");
        Assert.Equal(
            ["creating", "elect Enqueued", "applied >Enqueued", "created", "elect Processing", "applied Enqueued>Processing",
                "performing blue", "run", "performed", "elect Succeeded", "applied Processing>Succeeded"],
            StorageJobs.NotesOf(token));
        using var connection = harness.Connect();
        Assert.Equal(["from the server filter"], connection.GetAllItemsFromSet("notes"));
        Assert.Equal((3, "\"blue\""), (connection.GetCounter("unapplied"), connection.GetJobParameter(id, "Colour")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exception_filter_sees_the_exception_and_may_handle_it(bool byStockServer)
    {
        await using var harness = await StartAsync(server);
        var handled = harness.Client.Enqueue<StorageJobs>(j => j.Forgiven(token));
        var seen = harness.Client.Enqueue<StorageJobs>(j => j.Unforgiven(token));
        await harness.RunAsync(byStockServer, handled, "Succeeded");
        await harness.RunAsync(byStockServer, seen, "Failed");
        Assert.Equal(["forgiven no luck", "seen no luck"], StorageJobs.NotesOf(token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Culture_and_queue_go_with_the_job(bool byStockServer)
    {
        await using var harness = await StartAsync(server);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-AT");
        var id = harness.Client.Enqueue<StorageJobs>(j => j.CriticalCulture(token));
        CultureInfo.CurrentCulture = before;
        await harness.RunAsync(byStockServer, id, "Succeeded", "critical");
        Assert.Equal(["de-AT"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Method_that_excludes_itself_runs_alone_on_our_worker_too()
    {
        await using var harness = await StartAsync(server);
        for (var i = 0; i < 4; i++)
            harness.Client.Enqueue<StorageJobs>(j => j.Alone(token));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => harness.RunNextAsync()));
        Assert.Equal(["in", "out", "in", "out", "in", "out", "in", "out"], StorageJobs.NotesOf(token));
    }

    [Fact]
    public async Task Acknowledgement_is_part_of_the_commit()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        using var connection = harness.Connect();
        using var fetched = connection.FetchNextJob(["default"], Token);
        using (var abandoned = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            abandoned.RemoveFromQueue(fetched);
            abandoned.SetJobState(id, new SucceededState(null, 1, 1));
        }
        Assert.Equal("Processing", (await harness.GetAsync(id)).State);
        Assert.NotNull(await harness.Redis.Database.SortedSetScoreAsync(harness.Redis.Keys.Leases, id));

        using var committed = (JobStorageTransaction)connection.CreateWriteTransaction();
        committed.RemoveFromQueue(fetched);
        committed.SetJobState(id, new SucceededState(null, 1, 1));
        committed.AddToSet("done", id);
        committed.Commit();
        Assert.Equal("Succeeded", (await harness.GetAsync(id)).State);
        Assert.Null(await harness.Redis.Database.SortedSetScoreAsync(harness.Redis.Keys.Leases, id));
        Assert.True(connection.GetSetContains("done", id));
    }

    [Fact]
    public async Task Job_and_parameters_of_a_transaction_that_is_not_committed_do_not_exist()
    {
        await using var harness = await StartAsync(server);
        var known = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        using var connection = harness.Connect();
        string created;
        using (var abandoned = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            created = abandoned.CreateJob(Job.FromExpression<StorageJobs>(j => j.Send(token, 2)), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromDays(1));
            abandoned.SetJobState(created, new EnqueuedState());
            abandoned.SetJobParameter(known, "Colour", "\"red\"");
        }
        Assert.Null(connection.GetJobData(created));
        Assert.Null(connection.GetJobParameter(known, "Colour"));
        Assert.Equal(1, harness.Monitor.EnqueuedCount("default"));
    }
}

public sealed class FeatureOnRedisTests(RedisServerFixture server) : FeatureTests(server);

public sealed class FeatureOnEmbeddedTests(EmbeddedServerFixture server) : FeatureTests(server);
