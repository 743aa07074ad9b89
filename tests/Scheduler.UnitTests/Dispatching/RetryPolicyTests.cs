using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Dispatching;

public sealed class RetryPolicyTests
{
    private readonly RetryPolicy policy = new(
        Options.Create(new RetryOptions { MaxAttempts = 7, BaseDelay = TimeSpan.FromSeconds(15), MaxDelay = TimeSpan.FromHours(1) }), new Random(1));

    [Theory]
    [InlineData(1, 15)]
    [InlineData(2, 30)]
    [InlineData(5, 240)]
    [InlineData(8, 1920)]
    [InlineData(9, 3600)]
    [InlineData(100, 3600)]
    [InlineData(int.MaxValue, 3600)]
    public void Ceiling_doubles_up_to_the_longest_delay(int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryPolicy.Ceiling(Plan(), attempt));

    [Fact]
    public void Delay_is_spread_between_zero_and_the_ceiling()
    {
        var delays = Enumerable.Range(0, 1000).Select(_ => policy.Delay(Plan(), 3)).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(60)));
        Assert.InRange(delays.Average(d => d.TotalSeconds), 27, 33);
    }

    [Theory]
    [InlineData(2, 3, 2)]
    [InlineData(null, 3, 3)]
    [InlineData(null, null, 7)]
    public void Attempts_come_from_the_job_then_its_type_then_the_options(int? ofJob, int? ofType, int expected) =>
        Assert.Equal(expected, Plan(job => job with { MaxAttempts = ofJob }, Claims.Type((_, _) => Task.FromResult<string?>(null), maxAttempts: ofType)).MaxAttempts);

    [Fact]
    public void A_chosen_delay_is_brought_into_range()
    {
        Assert.Equal(TimeSpan.Zero, RetryPolicy.Chosen(TimeSpan.FromSeconds(-1)));
        Assert.Equal(TimeSpan.FromSeconds(5), RetryPolicy.Chosen(TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromDays(366), RetryPolicy.Chosen(TimeSpan.MaxValue));
    }

    [Fact]
    public void A_zero_base_delay_retries_at_once()
    {
        var eager = new RetryPolicy(Options.Create(new RetryOptions { BaseDelay = TimeSpan.Zero }), new Random(1));

        Assert.Equal(TimeSpan.Zero, eager.Delay(eager.PlanFor(Claims.Running().Job, null), 10));
    }

    [Fact]
    public void A_list_of_delays_is_taken_as_it_is_and_gives_the_number_of_attempts()
    {
        var plan = Plan(job => job with { Retry = new RetryRules(Delays: [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)]) });

        Assert.Equal(3, plan.MaxAttempts);
        Assert.Equal([1, 5, 5], [policy.Delay(plan, 1).TotalSeconds, policy.Delay(plan, 2).TotalSeconds, policy.Delay(plan, 9).TotalSeconds]);
    }

    [Fact]
    public void The_jobs_rules_win_over_its_types_and_those_over_the_options()
    {
        var type = Claims.Type((_, _) => Task.FromResult<string?>(null), retry: new RetryRules(MaxDelay: TimeSpan.FromSeconds(4), MaxAge: TimeSpan.FromHours(2)));
        var plan = Plan(job => job with { Retry = new RetryRules(BaseDelay: TimeSpan.FromSeconds(2)) }, type);
        var listed = Plan(job => job with { Retry = new RetryRules(Delays: [TimeSpan.Zero]) }, type);

        Assert.Equal((7, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromHours(2)), (plan.MaxAttempts, plan.BaseDelay, plan.MaxDelay, plan.MaxAge));
        Assert.Null(plan.Delays);
        Assert.Equal((2, 1), (listed.MaxAttempts, listed.Delays?.Count));
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void A_job_is_too_old_for_an_attempt_that_would_start_after_its_age(int delaySeconds, bool tooOld)
    {
        var created = DateTimeOffset.UnixEpoch;
        // Due an hour after its creation, started an hour later, failed after a minute: two hours and a minute old, with two hours and two minutes allowed.
        var job = Claims.Running().Job with
        {
            CreatedAt = created,
            StartedAt = created.AddHours(2),
            Retry = new RetryRules(MaxAge: TimeSpan.FromMinutes(62), Wait: TimeSpan.FromHours(1)),
        };

        Assert.Equal(tooOld, RetryPolicy.IsTooOld(policy.PlanFor(job, null), job, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(delaySeconds)));
    }

    private RetryPlan Plan(Func<JobRecord, JobRecord>? change = null, JobTypeDescriptor? type = null)
    {
        var job = Claims.Running().Job;
        return policy.PlanFor(change is null ? job : change(job), type);
    }
}
