using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Storage;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Storage.Stock;
using Scheduler.StockHost;
using static Scheduler.IntegrationTests.Storage.StorageHarness;

namespace Scheduler.IntegrationTests.TakeOver;

/// <summary>A database of the stock package, taken over in place. The stock package itself writes it.</summary>
public abstract class TakeOverTests(ServerFixture server)
{
    [Fact]
    public async Task Enqueued_jobs_are_shown_and_run_in_their_queues()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var plain = stock.Client.Enqueue<StockJobs>(j => j.Send(stock.Token, 1));
        var named = stock.Client.Enqueue<StockJobs>("mail", j => j.Send(stock.Token, 2));
        var declared = stock.Client.Enqueue<StockJobs>(j => j.Critical(stock.Token, 3));
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);

        Assert.Equal(declared, Assert.Single(ours.Monitor.EnqueuedJobs("critical", 0, 10)).Key);
        var listed = await ours.Jobs.ListAsync(new(null, null, null, null, null, 10, null), Token);
        Assert.Equal(new[] { plain, named, declared }.Order(), listed.Items.Select(j => j.Id).Order());
        var shown = await ours.GetAsync(declared);
        Assert.Equal(("Enqueued", "critical", "StockJobs.Critical", $"[\"{stock.Token}\",3]"), (shown.State, shown.Queue, shown.Type, shown.Args));

        await ours.RunNextAsync("critical");
        await ours.RunNextAsync("mail");
        await ours.RunNextAsync();
        Assert.Equal(["send 3", "send 2", "send 1"], stock.Notes);
        Assert.Equal(("Succeeded", "6"), ((await ours.GetAsync(declared)).State, (await ours.GetAsync(declared)).Result));
    }

    [Fact]
    public async Task Scheduled_jobs_wait_for_their_time_and_then_for_their_queue()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var later = stock.Client.Schedule<StockJobs>(j => j.Send(stock.Token, 1), TimeSpan.FromHours(1));
        var named = stock.Client.Schedule<StockJobs>("mail", j => j.Send(stock.Token, 2), TimeSpan.FromMilliseconds(10));
        var declared = stock.Client.Schedule<StockJobs>(j => j.Critical(stock.Token, 3), TimeSpan.FromMilliseconds(10));
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);

        var shown = ours.Monitor.ScheduledJobs(0, 10).Single(j => j.Key == later).Value;
        Assert.InRange(shown.EnqueueAt, StockSite.Now.AddMinutes(55), StockSite.Now.AddMinutes(65));
        Assert.True(shown.InScheduledState);
        await PromoteAsync(ours, "critical", "mail");
        Assert.Equal(declared, (await ours.RunNextAsync("critical")).Job.Id);
        Assert.Equal(named, (await ours.RunNextAsync("mail")).Job.Id);
        Assert.Equal("Scheduled", (await ours.GetAsync(later)).State);
        Assert.True(ours.Client.Delete(later));
    }

    [Fact]
    public async Task Job_scheduled_by_a_stock_client_after_the_take_over_still_finds_the_queue_of_its_attribute()
    {
        await using var stock = await StockSite.OpenAsync(server);
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);
        var id = stock.Client.Schedule<StockJobs>(j => j.Critical(stock.Token, 3), TimeSpan.FromMilliseconds(10));
        await PromoteAsync(ours, "critical");
        Assert.Equal(id, (await ours.RunNextAsync("critical")).Job.Id);
    }

    [Fact]
    public async Task Continuations_are_shown_and_start_after_their_parent()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var parent = stock.Client.Enqueue<StockJobs>(j => j.Send(stock.Token, 1));
        var child = stock.Client.ContinueJobWith<StockJobs>(parent, j => j.Critical(stock.Token, 2));
        var grandchild = stock.Client.ContinueJobWith<StockJobs>(child, j => j.Send(stock.Token, 3));
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);

        var waiting = ((JobStorageMonitor)ours.Monitor).AwaitingJobs(0, 10);
        Assert.Equal(new[] { child, grandchild }.Order(), waiting.Select(j => j.Key).Order());
        Assert.Equal((parent, "Enqueued"), waiting.Where(j => j.Key == child).Select(j => (j.Value.StateData["ParentId"], j.Value.ParentStateName)).Single());
        await ours.RunNextAsync();
        await ours.WaitForAsync(child, "Enqueued");
        await ours.RunNextAsync("critical");
        await ours.WaitForAsync(grandchild, "Enqueued");
        await ours.RunNextAsync();
        Assert.Equal(["send 1", "send 2", "send 3"], stock.Notes);
    }

    [Fact]
    public async Task Finished_jobs_come_into_the_lists_and_can_be_run_again()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var done = stock.Client.Enqueue<StockJobs>(j => j.Send(stock.Token, 21));
        var failed = stock.Client.Enqueue<StockJobs>(j => j.Fail(stock.Token));
        var deleted = stock.Client.Enqueue<StockJobs>("nobody", j => j.Send(stock.Token, 1));
        stock.Client.Delete(deleted);
        await (await StartAsync(stock, (done, "Succeeded"), (failed, "Failed"))).KillAsync();
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);
        await StockSite.LookAsync(ours);

        var success = Assert.Single(ours.Monitor.SucceededJobs(0, 10));
        Assert.Equal((done, "42", true), (success.Key, success.Value.Result, success.Value.InSucceededState));
        Assert.InRange(success.Value.SucceededAt!.Value, StockSite.Now.AddMinutes(-5), StockSite.Now.AddMinutes(1));
        var failure = Assert.Single(ours.Monitor.FailedJobs(0, 10));
        Assert.Equal((failed, "System.InvalidOperationException", "no luck " + stock.Token), (failure.Key, failure.Value.ExceptionType, failure.Value.ExceptionMessage));
        Assert.Equal(deleted, Assert.Single(ours.Monitor.DeletedJobs(0, 10)).Key);
        Assert.Equal(["Enqueued", "Processing", "Failed"], (await ours.GetAsync(failed)).History.Select(h => h.State));
        Assert.Equal($"InvalidOperationException: no luck {stock.Token}", (await ours.GetAsync(failed)).Error?.Message);
        Assert.Null(await ours.Redis.Database.KeyTimeToLiveAsync(ours.Redis.Keys.JobHash(done)));

        var child = stock.Client.ContinueJobWith<StockJobs>(done, j => j.Critical(stock.Token, 2));
        Assert.Equal("Enqueued", (await ours.GetAsync(child)).State);
        Assert.True(ours.Client.Requeue(failed));
        await ours.RunNextAsync();
        Assert.Equal("Succeeded", (await ours.GetAsync(failed)).State);
        Assert.Equal((0, 2), (ours.Monitor.FailedCount(), ours.Monitor.SucceededListCount()));
    }

    [Fact]
    public async Task Job_of_a_killed_server_runs_again_and_that_of_a_live_one_is_left_alone()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var id = stock.Client.Enqueue<StockJobs>(j => j.Hang(stock.Token));
        var process = await stock.StartServerAsync();
        await process.WaitForLineAsync("hanging", Soon * 4);
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);
        Assert.Equal("Processing", (await ours.GetAsync(id)).State);
        var shown = Assert.Single(ours.Monitor.ProcessingJobs(0, 10)).Value;
        Assert.StartsWith("stock:", shown.ServerId, StringComparison.Ordinal);

        await process.KillAsync();
        await StockSite.LookAsync(ours);
        Assert.Equal("Processing", (await ours.GetAsync(id)).State);
        await stock.SilenceServersAsync(StockTakeOver.Silence + TimeSpan.FromSeconds(1));
        await StockSite.LookAsync(ours);
        var back = await ours.GetAsync(id);
        Assert.Equal("Enqueued", back.State);
        Assert.Contains("is gone", back.History[^1].Reason, StringComparison.Ordinal);
        Assert.Equal(id, (await ours.RunNextAsync()).Job.Id);
        Assert.Equal(("Succeeded", 0), ((await ours.GetAsync(id)).State, ours.Monitor.ProcessingCount()));
        Assert.False(await stock.Database.KeyExistsAsync(stock.Prefix + "queue:default:dequeued"));
    }

    [Fact]
    public async Task Job_that_was_fetched_and_never_started_runs_a_minute_later()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var id = stock.Client.Enqueue<StockJobs>(j => j.Critical(stock.Token, 1));
        using var connection = stock.Storage.GetConnection();
        connection.FetchNextJob(["critical"], Token);
        await using var ours = await stock.TakeOverAsync();
        await StockSite.LookAsync(ours);
        Assert.Equal(0, ours.Monitor.EnqueuedCount("critical"));
        await stock.Database.HashSetAsync(stock.Prefix + "job:" + id, "Fetched", JobHelper.SerializeDateTime(StockSite.Now.AddSeconds(-61)));
        await StockSite.LookAsync(ours);
        Assert.Equal(id, (await ours.RunNextAsync("critical")).Job.Id);
    }

    [Fact]
    public async Task Job_that_a_stopping_server_put_back_is_run()
    {
        await using var stock = await StockSite.OpenAsync(server);
        var id = stock.Client.Enqueue<StockJobs>(j => j.Send(stock.Token, 1));
        using (var connection = stock.Storage.GetConnection())
        using (var fetched = connection.FetchNextJob(["default"], Token))
        {
            using var transaction = connection.CreateWriteTransaction();
            transaction.SetJobState(id, new StockProcessing());
            transaction.Commit();
            fetched.Requeue();
        }
        await using var ours = await stock.TakeOverAsync();
        Assert.Equal(id, (await ours.RunNextAsync()).Job.Id);
        Assert.Equal("Succeeded", (await ours.GetAsync(id)).State);
    }

    [Fact]
    public async Task Recurring_jobs_of_a_stock_client_fire()
    {
        await using var stock = await StockSite.OpenAsync(server);
        stock.Recurring.AddOrUpdate<StockJobs>("nightly", j => j.Critical(stock.Token, 4), "0 3 * * *");
        await using var ours = await stock.TakeOverAsync();
        var schedule = Assert.Single((await ours.Services.GetRequiredService<RecurringStore>().ListAsync(10, null, Token)).Items);
        Assert.Equal(("nightly", "StockJobs.Critical", 3), (schedule.Id, schedule.Definition.Type, schedule.NextAt!.Value.Hour));
        ours.Recurring.Trigger("nightly");
        Assert.Equal("nightly", (await ours.RunNextAsync("critical")).Job.RecurringId);
    }

    [Fact]
    public async Task Stock_client_goes_on_while_our_worker_runs()
    {
        await using var stock = await StockSite.OpenAsync(server);
        await using var ours = await stock.TakeOverAsync(scheduler =>
        {
            scheduler.AddWorker();
            scheduler.Services.Configure<WorkerOptions>(o => o.Queues = ["critical", "default"]);
        });
        var first = stock.Client.Enqueue<StockJobs>(j => j.Send(stock.Token, 1));
        await ours.WaitForAsync(first, "Succeeded");
        string[] rest =
        [
            .. Enumerable.Range(2, 20).Select(i => stock.Client.Enqueue<StockJobs>(j => j.Critical(stock.Token, i))),
            stock.Client.Schedule<StockJobs>(j => j.Critical(stock.Token, 0), TimeSpan.FromSeconds(1)),
            stock.Client.ContinueJobWith<StockJobs>(first, j => j.Send(stock.Token, 0)),
        ];
        stock.Recurring.AddOrUpdate<StockJobs>("often", j => j.Send(stock.Token, 99), "* * * * * *");
        foreach (var id in rest)
            await ours.WaitForAsync(id, "Succeeded");
        using var limit = new CancellationTokenSource(Soon);
        while (!stock.Notes.Contains("send 99"))
            await Task.Delay(50, limit.Token);
        Assert.Equal(23, stock.Notes.Count(n => n != "send 99"));
        Assert.Equal("critical", (await ours.GetAsync(rest[0])).Queue);
    }

    private static async Task<RunningProcess> StartAsync(StockSite stock, params (string Id, string State)[] until)
    {
        var process = await stock.StartServerAsync();
        foreach (var (id, state) in until)
            await stock.WaitForStateAsync(id, state);
        return process;
    }

    // Nobody but the test promotes here; what was not yet taken over when it was due is looked at a second later.
    private static async Task PromoteAsync(StorageHarness ours, params string[] queues)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (queues.Any(queue => ours.Monitor.EnqueuedCount(queue) == 0))
        {
            await ours.Claims.PromoteDueAsync(Token);
            await Task.Delay(50, limit.Token);
        }
    }

    private sealed class StockProcessing : IState
    {
        public string Name => ProcessingState.StateName;
        public string? Reason => null;
        public bool IsFinal => false;
        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => new() { ["ServerId"] = "stock:1" };
    }
}

public sealed class TakeOverOnRedisTests(RedisServerFixture server) : TakeOverTests(server);

public sealed class TakeOverOnEmbeddedTests(EmbeddedServerFixture server) : TakeOverTests(server);
