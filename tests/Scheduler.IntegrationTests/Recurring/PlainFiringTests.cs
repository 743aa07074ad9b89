using System.Text.Json;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

/// <summary>The usual firing, one further job of a schedule's next instant: told to the script, and to workers, in few words.</summary>
public abstract class PlainFiringTests(ServerFixture server)
{
    private static readonly FiringRules Rules = new(TimeSpan.FromSeconds(10), MaxCatchUp: 100);

    [Fact]
    public async Task Each_firing_of_a_call_has_the_result_of_its_own_schedule()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var now = await recurring.NowAsync();
        string[] ids = ["broken-runs", "deleted", "missed", "moved", "paused", "plain", "skip", "updated"];
        foreach (var id in ids)
            await PutDueAsync(recurring, id, now, id == "skip" ? RunOverlapPolicy.Skip : RunOverlapPolicy.Allow);
        await PutDueAsync(recurring, "missed", now.AddHours(-3), change: d => d with { Timing = new ScheduleTiming { Cron = "0 * * * *" } });
        var firings = await ReadAsync(recurring);
        Assert.Equal(ids, firings.Select(f => f.Id).Order(StringComparer.Ordinal));
        Assert.Equal(["missed", "skip"], firings.Where(f => f.PlainRevision is null).Select(f => f.Id).Order(StringComparer.Ordinal));

        await recurring.Redis.Database.StringSetAsync(recurring.Redis.Keys.Runs("broken-runs"), "foreign");
        await recurring.Schedules.DeleteAsync("deleted", SchedulePrecondition.None, Token);
        await recurring.Redis.Database.SortedSetAddAsync(recurring.Redis.Keys.RecurringJobs, "moved", now.AddSeconds(-1).ToUnixTimeSeconds());
        await recurring.Schedules.PauseAsync("paused", null, null, Token);
        await recurring.PutAsync("updated", Definition("0 6 * * *") with { Args = """{"n":2}""" });
        var results = await recurring.First.Firings.FireAsync(firings);

        var byId = firings.Zip(results).ToDictionary(f => f.First.Id, f => f.Second);
        Assert.Equal(FiringResult.Broken, byId["broken-runs"]);
        Assert.All(["deleted", "moved", "paused", "updated"], id => Assert.Equal(FiringResult.Changed, byId[id]));
        Assert.All(["missed", "plain", "skip"], id => Assert.Equal(FiringResult.Fired, byId[id]));
        await recurring.Redis.Database.KeyDeleteAsync(recurring.Redis.Keys.Runs("broken-runs"));
        foreach (var (id, result) in byId)
            Assert.Equal(result == FiringResult.Fired, (await recurring.RunsAsync(id)).Count > 0);
    }

    [Fact]
    public async Task Instant_that_has_not_come_by_the_servers_clock_writes_nothing()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var instant = (await recurring.NowAsync()).AddMinutes(5);
        await PutDueAsync(recurring, "soon", instant);
        var read = Assert.Single((await recurring.First.Firings.ReadDueAsync(TimeSpan.FromMinutes(10), Token)).Schedules);
        var firing = FiringPlan.Of(read with { ReadAt = instant }, Rules);
        Assert.NotNull(firing.PlainRevision);
        Assert.Equal([FiringResult.Early], await recurring.First.Firings.FireAsync([firing]));
        Assert.Empty(await recurring.RunsAsync("soon"));
        Assert.Equal(instant, (await recurring.GetAsync("soon")).NextAt);
    }

    [Fact]
    public async Task Job_that_is_there_already_is_left_alone()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var instant = await recurring.NowAsync();
        await PutDueAsync(recurring, "daily", instant);
        Assert.Equal([FiringResult.Fired], await recurring.First.Firings.FireAsync(await ReadAsync(recurring)));
        var job = Assert.Single(await recurring.RunsAsync("daily"));
        await recurring.Jobs.CancelAsync(job.Id, Token);
        // As if the schedule, and not its jobs, came from a backup.
        await recurring.MoveNextAsync("daily", instant);
        Assert.Equal([FiringResult.Fired], await recurring.First.Firings.FireAsync(await ReadAsync(recurring)));
        Assert.Equal((job.Id, JobStates.Deleted), Assert.Single((await recurring.RunsAsync("daily")).Select(j => (j.Id, j.State))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(2_000)]
    public async Task Claim_tells_of_a_run_what_its_hash_holds(int length)
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var args = $$"""{"text":"{{new string('x', length)}}"}""";
        var instant = await recurring.NowAsync();
        await PutDueAsync(recurring, "bare", instant, change: d => d with { Args = args, Tags = [], MaxAttempts = null });
        await PutDueAsync(recurring, "more", instant, change: d => d with { Args = args });
        await recurring.First.PassAsync();

        var request = new ClaimRequest("box:1:ab", ["default"], ["test.a"], 10, TimeSpan.FromSeconds(30), AllowSuspect: true);
        var claimed = await new ClaimStore(recurring.Redis).ClaimAsync(request, Token);
        Assert.Equal(2, claimed.Count);
        foreach (var told in claimed.Select(c => c.Job))
        {
            var read = (await recurring.Jobs.GetAsync(told.Id, Token))!;
            Assert.Equal((read.RecurringId, (DateTimeOffset?)instant, args), (told.RecurringId, told.ScheduledFor, told.Args));
            Assert.Equal((read.CreatedAt, read.Attempt, read.StartedAt, read.Worker), (told.CreatedAt, told.Attempt, told.StartedAt, told.Worker));
            Assert.Equal((read.MaxAttempts, read.Tags.Count), (told.MaxAttempts, told.Tags.Count));
        }
    }

    [Fact]
    public async Task Events_name_every_schedule_whatever_its_id()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        var instant = await recurring.NowAsync();
        string[] ids = ["plain", "with \"quotes\"", "back\\slash"];
        foreach (var id in ids)
            await PutDueAsync(recurring, id, instant);
        await recurring.First.PassAsync();

        var record = (string)(await recurring.Redis.Database.SortedSetRangeByRankAsync(recurring.Redis.Keys.EventLog, -1)).Single()!;
        var group = JsonDocument.Parse(record).RootElement.GetProperty("events")[0];
        var told = group.GetProperty("each").EnumerateArray().Select(e => e.GetProperty("recurringId").GetString()!);
        var jobs = group.GetProperty("jobIds").EnumerateArray().Select(e => e.GetString()!);
        foreach (var (job, schedule) in jobs.Zip(told))
            Assert.Equal(schedule, (await recurring.Jobs.GetAsync(job, Token))!.RecurringId);
        Assert.Equal(ids.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static async Task PutDueAsync(RecurringHarness recurring, string id, DateTimeOffset instant,
        RunOverlapPolicy overlap = RunOverlapPolicy.Allow, Func<ScheduleDefinition, ScheduleDefinition>? change = null)
    {
        var definition = Definition("0 6 * * *") with { Overlap = overlap };
        await recurring.PutAsync(id, change is null ? definition : change(definition));
        await recurring.MoveNextAsync(id, instant);
    }

    private static async Task<IReadOnlyList<Firing>> ReadAsync(RecurringHarness recurring)
    {
        var due = await recurring.First.Firings.ReadDueAsync(TimeSpan.Zero, Token);
        return [.. due.Schedules.Select(s => FiringPlan.Of(s, Rules))];
    }
}

public sealed class PlainFiringOnRedisTests(RedisServerFixture server) : PlainFiringTests(server);

public sealed class PlainFiringOnEmbeddedTests(EmbeddedServerFixture server) : PlainFiringTests(server);
