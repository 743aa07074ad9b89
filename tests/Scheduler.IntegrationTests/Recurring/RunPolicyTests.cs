using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

/// <summary>What the runs of a schedule do to each other and to it.</summary>
public abstract class RunPolicyTests(ServerFixture server)
{
    [Fact]
    public async Task Buffer_one_holds_one_job_back_until_the_last_is_final()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.BufferOne);
        for (var second = -3; second <= -1; second++)
            await FireAsync(recurring, now.AddSeconds(second));

        var runs = await recurring.RunsAsync("job");
        Assert.Equal([JobStates.Enqueued, JobStates.Awaiting], runs.Select(r => r.State));
        Assert.Equal([now.AddSeconds(-3), now.AddSeconds(-2)], runs.Select(r => r.ScheduledFor!.Value));
        await recurring.Jobs.CancelAsync(runs[0].Id, Token);
        Assert.Equal(JobStates.Enqueued, (await recurring.Jobs.GetAsync(runs[1].Id, Token))!.State);
        Assert.Equal(runs[1].Id, (await recurring.GetAsync("job")).LastJobId);
        await FireAsync(recurring, now);
        Assert.Equal([JobStates.Deleted, JobStates.Enqueued, JobStates.Awaiting], (await recurring.RunsAsync("job")).Select(r => r.State));
    }

    [Fact]
    public async Task Buffered_job_that_is_cancelled_makes_room_for_another()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.BufferOne);
        await FireAsync(recurring, now.AddSeconds(-3));
        await FireAsync(recurring, now.AddSeconds(-2));
        await recurring.Jobs.CancelAsync((await recurring.RunsAsync("job"))[1].Id, Token);
        await FireAsync(recurring, now.AddSeconds(-1));
        Assert.Equal([JobStates.Enqueued, JobStates.Deleted, JobStates.Awaiting], (await recurring.RunsAsync("job")).Select(r => r.State));
    }

    [Fact]
    public async Task Cancel_running_replaces_the_last_job()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.CancelRunning);
        await FireAsync(recurring, now.AddSeconds(-2));
        var claimed = Assert.Single(await ClaimAsync(recurring));
        await FireAsync(recurring, now.AddSeconds(-1));
        var runs = await recurring.RunsAsync("job");
        Assert.Equal([JobStates.Deleted, JobStates.Enqueued], runs.Select(r => r.State));
        Assert.Equal("replaced by the next run of its schedule", runs[0].History[^1].Reason);
        var stale = new JobOutcome.Succeeded(claimed.Job.Id, claimed.Fence, null, TimeSpan.Zero);
        Assert.Equal([false], await new ClaimStore(recurring.Redis).CompleteAsync([stale], Token));
    }

    [Fact]
    public async Task Failures_in_a_row_pause_the_schedule_and_a_success_forgets_them()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.Allow, d => d with { PauseAfterFailures = 2 });
        foreach (var (second, succeeds) in new[] { (-5, false), (-4, true), (-3, false) })
            await RunAsync(recurring, now.AddSeconds(second), succeeds);
        Assert.Equal((null, 1), ((await recurring.GetAsync("job")).Paused, (await recurring.GetAsync("job")).Failures));

        await RunAsync(recurring, now.AddSeconds(-2), succeeds: false);
        var paused = await recurring.GetAsync("job");
        Assert.Equal(("paused itself after 2 failed runs in a row", (DateTimeOffset?)null), (paused.Paused?.Note, paused.NextAt));
        await FireAsync(recurring, now.AddSeconds(-1));
        Assert.Equal(4, (await recurring.RunsAsync("job")).Count);
        var resumed = (await recurring.Schedules.ResumeAsync("job", Token))!;
        Assert.Equal((0, true), (resumed.Failures, resumed.NextAt > now));
    }

    [Fact]
    public async Task Success_of_a_schedule_without_policies_is_noted_until_the_schedule_is_deleted()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.Allow);
        await RunAsync(recurring, now.AddSeconds(-3), succeeds: false);
        Assert.Null((await recurring.GetAsync("job")).LastSuccessAt);
        await RunAsync(recurring, now.AddSeconds(-2), succeeds: true);
        Assert.True((await recurring.GetAsync("job")).LastSuccessAt >= now);

        await FireAsync(recurring, now.AddSeconds(-1));
        var late = Assert.Single(await ClaimAsync(recurring));
        await recurring.Schedules.DeleteAsync("job", SchedulePrecondition.None, Token);
        Assert.Equal([true], await new ClaimStore(recurring.Redis).CompleteAsync([SuccessOf(late)], Token));
        Assert.False(await recurring.Redis.Database.HashExistsAsync(recurring.Redis.Keys.Prefix + "recurring:successes", "job"));
        Assert.False(await recurring.Redis.Database.SetContainsAsync(recurring.Redis.Keys.Prefix + "recurring:plain", "job"));
    }

    [Fact]
    public async Task What_an_earlier_definition_left_is_settled_by_the_next_success()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.BufferOne, d => d with { PauseAfterFailures = 3 });
        await RunAsync(recurring, now.AddSeconds(-5), succeeds: false);
        await FireAsync(recurring, now.AddSeconds(-4));
        await FireAsync(recurring, now.AddSeconds(-3));
        await recurring.PutAsync("job", Definition("* * * * * *"));
        var running = Assert.Single(await ClaimAsync(recurring));
        await new ClaimStore(recurring.Redis).CompleteAsync([SuccessOf(running)], Token);
        Assert.Equal([JobStates.Failed, JobStates.Succeeded, JobStates.Enqueued], (await recurring.RunsAsync("job")).Take(3).Select(r => r.State));
        Assert.Equal(0, (await recurring.GetAsync("job")).Failures);
    }

    [Theory]
    [InlineData("recurring:plain")]
    [InlineData("recurring:successes")]
    public async Task Foreign_value_where_successes_are_noted_stops_no_completion(string key)
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.Allow);
        await FireAsync(recurring, now.AddSeconds(-2));
        var claimed = Assert.Single(await ClaimAsync(recurring));
        await recurring.Redis.Database.KeyDeleteAsync(recurring.Redis.Keys.Prefix + key);
        await recurring.Redis.Database.StringSetAsync(recurring.Redis.Keys.Prefix + key, "foreign");
        Assert.Equal([true], await new ClaimStore(recurring.Redis).CompleteAsync([SuccessOf(claimed)], Token));
        Assert.Equal(JobStates.Succeeded, (await recurring.RunsAsync("job"))[0].State);
    }

    [Fact]
    public async Task Silence_is_raised_once_and_a_success_ends_it()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.Allow, d => d with { MaxSilence = TimeSpan.FromHours(1) });
        await recurring.First.Silence.RaiseDueAsync(Token);
        Assert.Null((await recurring.GetAsync("job")).SilentSince);
        var deadline = await recurring.Redis.Database.SortedSetScoreAsync(recurring.Redis.Keys.RecurringSilence, "job");
        Assert.InRange(deadline!.Value, now.AddMinutes(59).ToUnixTimeMilliseconds(), now.AddMinutes(61).ToUnixTimeMilliseconds());

        await recurring.Redis.Database.SortedSetAddAsync(recurring.Redis.Keys.RecurringSilence, "job", 1);
        await (await recurring.AddNodeAsync()).Silence.RaiseDueAsync(Token);
        Assert.NotNull((await recurring.GetAsync("job")).SilentSince);
        Assert.Contains("\"event\":\"schedule.silent\"", await EventsAsync(recurring), StringComparison.Ordinal);
        Assert.Null(await recurring.Redis.Database.SortedSetScoreAsync(recurring.Redis.Keys.RecurringSilence, "job"));

        await RunAsync(recurring, now.AddSeconds(-1), succeeds: true);
        var awake = await recurring.GetAsync("job");
        Assert.Equal((null, true), (awake.SilentSince, awake.LastSuccessAt >= now));
        Assert.NotNull(await recurring.Redis.Database.SortedSetScoreAsync(recurring.Redis.Keys.RecurringSilence, "job"));
    }

    [Fact]
    public async Task Pause_stops_the_dead_mans_switch_and_resume_winds_it_up()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await StartAsync(recurring, RunOverlapPolicy.Allow, d => d with { MaxSilence = TimeSpan.FromHours(1) });
        Task<double?> DeadlineAsync() => recurring.Redis.Database.SortedSetScoreAsync(recurring.Redis.Keys.RecurringSilence, "job");
        var first = await DeadlineAsync();
        await recurring.PutAsync("job", Definition("0 6 * * *") with { MaxSilence = TimeSpan.FromHours(1), Args = "{}" });
        Assert.Equal(first, await DeadlineAsync());
        await recurring.Schedules.PauseAsync("job", null, null, Token);
        Assert.Null(await DeadlineAsync());
        await recurring.Schedules.ResumeAsync("job", Token);
        Assert.True(await DeadlineAsync() >= first);
        await recurring.Schedules.DeleteAsync("job", SchedulePrecondition.None, Token);
        Assert.Null(await DeadlineAsync());
    }

    [Fact]
    public async Task Runs_are_remembered_after_their_jobs_are_gone()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await StartAsync(recurring, RunOverlapPolicy.Allow);
        for (var second = -8; second <= -1; second++)
            await RunAsync(recurring, now.AddSeconds(second), succeeds: second % 2 == 0);
        // As retention does it: all but the newest of each state.
        foreach (var state in new[] { JobStates.Succeeded, JobStates.Failed })
            await RedisScript.Load("trim_final", allowOutOfMemory: true).RunAsync(recurring.Redis, [], [state, (long)TimeSpan.FromDays(1).TotalMilliseconds, 1]);
        Assert.Equal(2, (await recurring.RunsAsync("job")).Count);

        // The harness remembers five of the six that are gone.
        var page = await recurring.First.Runs.ListAsync("job", 4, null, Token);
        var rest = await recurring.First.Runs.ListAsync("job", 4, page.NextCursor, Token);
        Assert.Null(rest.NextCursor);
        ScheduleRun[] all = [.. page.Items, .. rest.Items];
        Assert.Equal(Enumerable.Range(1, 7).Select(i => now.AddSeconds(-i)), all.Select(r => r.ScheduledFor!.Value));
        Assert.Equal([true, true, false, false, false, false, false], all.Select(r => r.IsKept));
        Assert.Equal([JobStates.Failed, JobStates.Succeeded, JobStates.Failed, JobStates.Succeeded, JobStates.Failed, JobStates.Succeeded, JobStates.Failed],
            all.Select(r => r.State));
        Assert.Equal("exception", all[2].Error?.Type);
        Assert.All(all, r => Assert.True(r.FinishedAt >= r.StartedAt));
    }

    private static async Task<DateTimeOffset> StartAsync(
        RecurringHarness recurring, RunOverlapPolicy overlap, Func<ScheduleDefinition, ScheduleDefinition>? more = null)
    {
        var definition = Definition("0 6 * * *") with { Overlap = overlap };
        await recurring.PutAsync("job", more is null ? definition : more(definition));
        return await recurring.NowAsync();
    }

    private static async Task FireAsync(RecurringHarness recurring, DateTimeOffset instant)
    {
        await recurring.MoveNextAsync("job", instant);
        await recurring.First.PassAsync();
    }

    private static async Task RunAsync(RecurringHarness recurring, DateTimeOffset instant, bool succeeds)
    {
        await FireAsync(recurring, instant);
        var claimed = Assert.Single(await ClaimAsync(recurring));
        JobOutcome outcome = succeeds
            ? SuccessOf(claimed)
            : new JobOutcome.Failed(claimed.Job.Id, claimed.Fence, new JobError("exception", "it broke", 1), TimeSpan.FromMilliseconds(5));
        Assert.Equal([true], await new ClaimStore(recurring.Redis).CompleteAsync([outcome], Token));
    }

    // As the worker tells it.
    private static JobOutcome.Succeeded SuccessOf(ClaimedJob claimed) =>
        new(claimed.Job.Id, claimed.Fence, null, TimeSpan.FromMilliseconds(5)) { Claimed = claimed.Job };

    private static Task<IReadOnlyList<ClaimedJob>> ClaimAsync(RecurringHarness recurring) =>
        new ClaimStore(recurring.Redis).ClaimAsync(
            new ClaimRequest("box:1:ab", ["default"], ["test.a"], 10, TimeSpan.FromSeconds(30), AllowSuspect: true), Token);

    private static async Task<string> EventsAsync(RecurringHarness recurring) =>
        string.Join('\n', await recurring.Redis.Database.SortedSetRangeByRankAsync(recurring.Redis.Keys.EventLog));
}

public sealed class RunPolicyOnRedisTests(RedisServerFixture server) : RunPolicyTests(server);

public sealed class RunPolicyOnEmbeddedTests(EmbeddedServerFixture server) : RunPolicyTests(server);
