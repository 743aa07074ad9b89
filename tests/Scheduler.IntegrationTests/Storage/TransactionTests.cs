using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Storage;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.Storage;

public abstract class TransactionTests(ServerFixture server)
{
    private readonly string token = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Sets_lists_hashes_and_counters_are_written_and_read()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        Commit(connection, t =>
        {
            t.AddToSet("set", "b", 2);
            t.AddToSet("set", "a", 1.5);
            t.AddRangeToSet("set", ["c", "d"]);
            t.RemoveFromSet("set", "d");
            t.InsertToList("list", "x");
            t.InsertToList("list", "y");
            t.InsertToList("list", "z");
            t.RemoveFromList("list", "y");
            t.SetRangeInHash("hash", [new("f", "1"), new("g", "2")]);
            t.IncrementCounter("counter");
            t.IncrementCounter("counter", TimeSpan.FromMinutes(1));
            t.DecrementCounter("counter");
            t.ExpireHash("hash", TimeSpan.FromMinutes(2));
            t.ExpireSet("set", TimeSpan.FromMinutes(2));
            t.PersistSet("set");
        });
        Assert.Equal(["c", "a", "b"], connection.GetRangeFromSet("set", 0, 5));
        Assert.Equal("a", connection.GetFirstByLowestScoreFromSet("set", 1, 3));
        Assert.Equal(["a", "b"], connection.GetFirstByLowestScoreFromSet("set", 1, 3, 10));
        Assert.Equal((3, 2, true, false), (connection.GetSetCount("set"), connection.GetSetCount(["set", "none"], 2), connection.GetSetContains("set", "a"), connection.GetSetContains("set", "*")));
        Assert.Equal(["z", "x"], connection.GetAllItemsFromList("list"));
        Assert.Equal((2, "1", null), (connection.GetHashCount("hash"), connection.GetValueFromHash("hash", "f"), connection.GetValueFromHash("hash", "none")));
        Assert.Null(connection.GetAllEntriesFromHash("none"));
        Assert.Equal(1, connection.GetCounter("counter"));
        Assert.Equal(TimeSpan.Zero, connection.GetSetTtl("set"));
        Assert.InRange(connection.GetHashTtl("hash"), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        Commit(connection, t =>
        {
            t.TrimList("list", 0, 0);
            t.RemoveHash("hash");
            t.RemoveSet("set");
        });
        Assert.Equal((1, 0, 0), (connection.GetListCount("list"), connection.GetHashCount("hash"), connection.GetSetCount("set")));
        Assert.InRange(connection.GetUtcDateTime(), DateTime.UnixEpoch.AddYears(50), DateTime.MaxValue);
    }

    [Fact]
    public async Task Nothing_is_written_where_one_key_is_of_a_foreign_type()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        await harness.Redis.Database.StringSetAsync(harness.Redis.Keys.Named("list"), "text");
        Assert.ThrowsAny<Exception>(() => Commit(connection, t =>
        {
            t.AddToSet("set", "a");
            t.InsertToList("list", "x");
        }));
        Assert.Equal(0, connection.GetSetCount("set"));
    }

    [Fact]
    public async Task Created_job_is_invisible_until_its_first_state_and_then_complete()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        var id = connection.CreateExpiredJob(Job.FromExpression<StorageJobs>(j => j.Send(token, 1)), new Dictionary<string, string> { ["State"] = "\"mine\"" }, DateTime.UnixEpoch.AddYears(50), TimeSpan.FromDays(30));
        Assert.Equal("\"mine\"", connection.GetJobParameter(id, "State"));
        Assert.Null(connection.GetJobData(id).State);
        Assert.NotNull(await harness.Redis.Database.KeyTimeToLiveAsync(harness.Redis.Keys.JobHash(id)));
        Commit(connection, t => t.SetJobState(id, new EnqueuedState("mail") { Reason = "by hand" }));
        var data = connection.GetJobData(id);
        Assert.Equal(("Enqueued", "Send", "\"mine\""), (data.State, data.Job.Method.Name, data.ParametersSnapshot["State"]));
        Assert.Equal(DateTime.UnixEpoch.AddYears(50), data.CreatedAt);
        var state = connection.GetStateData(id);
        Assert.Equal(("Enqueued", "by hand", "mail"), (state.Name, state.Reason, state.Data["Queue"]));
        Assert.Null(await harness.Redis.Database.KeyTimeToLiveAsync(harness.Redis.Keys.JobHash(id)));
        Assert.Equal(id, (await harness.ClaimAsync("mail")).Job.Id);
    }

    [Fact]
    public async Task Batch_of_jobs_is_created_in_one_transaction()
    {
        await using var harness = await StartAsync(server);
        using var connection = harness.Connect();
        List<string> ids = [];
        Commit(connection, t =>
        {
            for (var i = 0; i < 5; i++)
            {
                var id = t.CreateJob(Job.FromExpression<StorageJobs>(j => j.Send(token, 1)), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromDays(1));
                t.SetJobParameter(id, "Batch", "\"b1\"");
                t.SetJobState(id, new EnqueuedState());
                ids.Add(id);
            }
        });
        Assert.Equal(5, harness.Monitor.EnqueuedCount("default"));
        Assert.Equal("\"b1\"", connection.GetJobParameter(ids[0], "Batch"));
    }

    [Fact]
    public async Task Change_decided_on_a_state_that_is_gone_is_refused()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        using var connection = harness.Connect();
        Assert.Equal("Enqueued", connection.GetJobData(id).State);
        Assert.True(harness.Client.Delete(id));
        var refused = Assert.Throws<JobStateConflictException>(() => Commit(connection, t =>
        {
            t.AddToSet("set", "a");
            t.SetJobState(id, new ScheduledState(TimeSpan.FromHours(1)));
        }));
        Assert.Equal(id, refused.JobId);
        Assert.Equal(("Deleted", 0), ((await harness.GetAsync(id)).State, connection.GetSetCount("set")));
    }

    [Fact]
    public async Task Of_two_racing_transactions_one_wins_and_its_writes_stay_together()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        using var barrier = new Barrier(4);
        var wins = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
        {
            using var connection = harness.Connect();
            connection.GetJobData(id);
            barrier.SignalAndWait(Token);
            try
            {
                Commit(connection, t =>
                {
                    t.SetJobState(id, new ScheduledState(TimeSpan.FromHours(1 + i)));
                    t.AddToSet("winner", $"{i}");
                });
                return true;
            }
            catch (JobStateConflictException)
            {
                return false;
            }
        }, Token)));
        using var reader = harness.Connect();
        Assert.Equal((1, 1), (wins.Count(w => w), reader.GetSetCount("winner")));
        Assert.Equal(1, harness.Monitor.ScheduledCount());
    }

    [Fact]
    public async Task Custom_state_keeps_its_data_and_parameters_can_be_removed()
    {
        await using var harness = await StartAsync(server);
        var id = harness.Client.Enqueue<StorageJobs>(j => j.Send(token, 1));
        using var connection = harness.Connect();
        Commit(connection, t => t.SetJobState(id, new ThrottledState()));
        var state = connection.GetStateData(id);
        Assert.Equal(("Throttled", "too many", "9"), (state.Name, state.Reason, state.Data["Limit"]));
        Assert.Equal(0, harness.Monitor.EnqueuedCount("default"));
        connection.SetJobParameter(id, "Colour", "\"red\"");
        connection.SetJobParameter(id, "Colour", null!);
        Assert.Null(connection.GetJobParameter(id, "Colour"));
        connection.SetJobParameter("nobody", "Colour", "\"red\"");
        Assert.False(await harness.Redis.Database.KeyExistsAsync(harness.Redis.Keys.JobHash("nobody")));
    }

    private static void Commit(JobStorageConnection connection, Action<JobStorageTransaction> write)
    {
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    private sealed class ThrottledState : IState
    {
        public string Name => "Throttled";
        public string Reason => "too many";
        public bool IsFinal => false;
        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => new() { ["Limit"] = "9" };
    }
}

public sealed class TransactionOnRedisTests(RedisServerFixture server) : TransactionTests(server);

public sealed class TransactionOnEmbeddedTests(EmbeddedServerFixture server) : TransactionTests(server);
