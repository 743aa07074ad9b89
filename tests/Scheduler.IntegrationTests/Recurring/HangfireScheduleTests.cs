using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Recurring;
using Scheduler.Jobs.Storage;
using static Scheduler.IntegrationTests.Recurring.RecurringHarness;

namespace Scheduler.IntegrationTests.Recurring;

/// <summary>One model of schedules: what Hangfire's client and dashboard make and change, and what they see of ours.</summary>
public abstract class HangfireScheduleTests(ServerFixture server)
{
    [Fact]
    public async Task Schedule_of_a_Hangfire_client_fires_its_expression()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        hangfire.GetRequiredService<IRecurringJobManager>().AddOrUpdate("mail", () => MailTarget.Send("anna", 3), "0 6 * * *",
            new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        var schedule = await recurring.GetAsync("mail");
        Assert.Equal(("MailTarget.Send", """["anna",3]""", "0 6 * * *", "Europe/Berlin"),
            (schedule.Definition.Type, schedule.Definition.Args, schedule.Definition.Timing.Cron, schedule.Definition.Timing.TimeZone));
        Assert.Equal(schedule.NextAfter(schedule.ReadAt), schedule.NextAt);

        var due = await recurring.NowAsync();
        await recurring.MoveNextAsync("mail", due);
        await recurring.First.PassAsync();
        var job = Assert.Single(await recurring.RunsAsync("mail"));
        Assert.Equal(("MailTarget.Send", """["anna",3]""", due, false), (job.Type, job.Args, job.ScheduledFor, job.IsTyped));
        Assert.Equal("\"mail\"", job.Parameters["RecurringJobId"]);
        Assert.Equal(schedule.NextAt, (await recurring.GetAsync("mail")).NextAt);

        var seen = Assert.Single(hangfire.GetRequiredService<JobStorage>().GetConnection().GetRecurringJobs());
        Assert.Equal((job.Id, due.UtcDateTime, null), (seen.LastJobId, seen.LastExecution, seen.Error));
    }

    [Fact]
    public async Task Hangfire_sees_our_schedules()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        var put = await recurring.PutAsync("ours", Definition(new ScheduleTiming { Cron = "0 30 6 * * MON-FRI", TimeZone = "Europe/Berlin" }));
        var seen = Assert.Single(hangfire.GetRequiredService<JobStorage>().GetConnection().GetRecurringJobs());
        Assert.Equal(("ours", "0 30 6 * * MON-FRI", "Europe/Berlin", "default"), (seen.Id, seen.Cron, seen.TimeZoneId, seen.Queue));
        Assert.Equal((put.NextAt!.Value.UtcDateTime, null), (seen.NextExecution, seen.LoadException));
        Assert.Equal((typeof(TypedJob), "test.a"), (seen.Job.Type, seen.Job.Args[0]));
    }

    [Theory]
    [InlineData("0 0 6 * * MON-FRI", null)]
    [InlineData("0 0 6 * * MON-FRI", "0 7 * * *")]
    [InlineData("H 3 * * *", null)]
    [InlineData("@daily", null)]
    [InlineData(null, null)]
    public async Task Trigger_on_the_dashboard_makes_a_typed_job_and_leaves_the_next_instant(string? cron, string? second)
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        var timing = cron is null ? new ScheduleTiming { Interval = new FixedInterval(TimeSpan.FromHours(7), null) }
            : second is null ? new ScheduleTiming { Cron = cron } : new ScheduleTiming { Crons = [cron, second] };
        var put = await recurring.PutAsync("ours", Definition(timing));
        hangfire.GetRequiredService<IRecurringJobManager>().Trigger("ours");

        var job = Assert.Single(await recurring.RunsAsync("ours"));
        Assert.Equal(("test.a", """{"n":1}""", (DateTimeOffset?)null), (job.Type, job.Args, job.ScheduledFor));
        var after = await recurring.GetAsync("ours");
        Assert.Equal((put.Revision, put.NextAt, null, job.Id), (after.Revision, after.NextAt, after.Error, after.LastJobId));
        var seen = Assert.Single(hangfire.GetRequiredService<JobStorage>().GetConnection().GetRecurringJobs());
        Assert.Equal((put.NextAt!.Value.UtcDateTime, null), (seen.NextExecution, seen.Error));
        await recurring.First.PassAsync();
        Assert.Single(await recurring.RunsAsync("ours"));
        var score = await recurring.Redis.Database.SortedSetScoreAsync(recurring.Redis.Keys.RecurringJobs, "ours");
        Assert.Equal(put.NextAt!.Value.ToUnixTimeMilliseconds() / 1000.0, score);
    }

    [Fact]
    public async Task Schedule_that_a_Hangfire_client_takes_over_is_its_own_from_then_on()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        var put = await recurring.PutAsync("shared", Definition("0 6 * * *"));
        hangfire.GetRequiredService<IRecurringJobManager>().AddOrUpdate("shared", () => MailTarget.Send("anna", 3), "0 9 * * *");
        var taken = await recurring.GetAsync("shared");
        Assert.Equal(("MailTarget.Send", "0 9 * * *"), (taken.Definition.Type, taken.Definition.Timing.Cron));
        Assert.NotEqual(put.Revision, taken.Revision);
        Assert.Equal(taken.NextAfter(taken.ReadAt), taken.NextAt);
        hangfire.GetRequiredService<IRecurringJobManager>().RemoveIfExists("shared");
        Assert.Null(await recurring.Schedules.GetAsync("shared", Token));
    }

    [Fact]
    public async Task Pause_outlives_a_Hangfire_client_that_registers_its_schedule_again()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        void Register() => hangfire.GetRequiredService<IRecurringJobManager>().AddOrUpdate("mail", () => MailTarget.Send("anna", 3), "* * * * * *");
        Register();
        await recurring.Schedules.PauseAsync("mail", "quiet", null, Token);
        Register();
        await recurring.First.StartFiringAsync();
        await Task.Delay(2200, Token);
        Assert.Empty(await recurring.RunsAsync("mail"));
        Assert.Equal("quiet", (await recurring.GetAsync("mail")).Paused?.Note);
    }

    [Fact]
    public async Task Schedule_that_cannot_fire_is_disabled_and_says_why()
    {
        await using var recurring = await RecurringHarness.StartAsync(server);
        await using var hangfire = recurring.NewServices();
        hangfire.GetRequiredService<IRecurringJobManager>().AddOrUpdate("mail", () => MailTarget.Send("anna", 3), "0 6 * * *");
        await recurring.Redis.Database.HashSetAsync(recurring.Redis.Keys.RecurringJob("mail"), ScheduleFields.TimeZoneId, "Nowhere/Land");
        await recurring.MoveNextAsync("mail", await recurring.NowAsync());
        await recurring.First.PassAsync();
        var schedule = await recurring.GetAsync("mail");
        Assert.Null(schedule.NextAt);
        Assert.Equal("/timeZone is not a known time zone; use a name like Europe/Berlin or UTC.", schedule.Error);
        Assert.Equal(schedule.Error, Assert.Single(hangfire.GetRequiredService<JobStorage>().GetConnection().GetRecurringJobs()).Error);
    }
}

public sealed class HangfireScheduleOnRedisTests(RedisServerFixture server) : HangfireScheduleTests(server);

public sealed class HangfireScheduleOnEmbeddedTests(EmbeddedServerFixture server) : HangfireScheduleTests(server);

public static class MailTarget
{
    public static void Send(string to, int times) => _ = (to, times);
}
