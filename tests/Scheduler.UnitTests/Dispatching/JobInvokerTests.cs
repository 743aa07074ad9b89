using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Dispatching;

public sealed class JobInvokerTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly CpuBoundThreads cpuBound = new();
    private readonly ServiceProvider services = new ServiceCollection().BuildServiceProvider();
    private readonly List<string> resources = [];

    [Fact]
    public async Task A_result_succeeds_the_job_with_its_duration()
    {
        var outcome = await RunAsync((_, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return Task.FromResult<string?>("{\"n\":1}");
        });

        Assert.Equal(new JobOutcome.Succeeded("job1", 1, "{\"n\":1}", TimeSpan.FromSeconds(3)), Assert.IsType<JobOutcome.Succeeded>(outcome) with { Claimed = null });
    }

    [Fact]
    public async Task An_exception_is_retried_within_the_ceiling()
    {
        var outcome = await RunAsync((_, _) => throw new InvalidOperationException("no luck"), Claims.Running(attempt: 2));

        var retried = Assert.IsType<JobOutcome.Retried>(outcome);
        Assert.Equal(new JobError("exception", "InvalidOperationException: no luck", 2), retried.Error with { Trace = null });
        Assert.InRange(retried.Delay, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(10, null, null)]
    [InlineData(3, 3, null)]
    [InlineData(2, null, 2)]
    public async Task The_last_attempt_fails_the_job(int attempt, int? ofJob, int? ofType)
    {
        var outcome = await RunAsync((_, _) => throw new InvalidOperationException("x"), Claims.Running(attempt: attempt, maxAttempts: ofJob), maxAttempts: ofType);

        Assert.Equal(attempt, Assert.IsType<JobOutcome.Failed>(outcome).Error.Attempt);
    }

    [Fact]
    public async Task A_hopeless_job_fails_at_once()
    {
        var outcome = await RunAsync((_, _) => throw new JobFailedException("404"));

        Assert.Equal("JobFailedException: 404", Assert.IsType<JobOutcome.Failed>(outcome).Error.Message);
    }

    [Fact]
    public async Task A_chosen_delay_replaces_the_backoff()
    {
        var outcome = await RunAsync((_, _) => throw new RetryLaterException("busy", TimeSpan.FromMinutes(7)));

        Assert.Equal(TimeSpan.FromMinutes(7), Assert.IsType<JobOutcome.Retried>(outcome).Delay);
    }

    [Fact]
    public async Task A_chosen_delay_spends_the_last_attempt_too()
    {
        var outcome = await RunAsync((_, _) => throw new RetryLaterException("busy", TimeSpan.FromMinutes(7)), Claims.Running(attempt: 10));

        Assert.IsType<JobOutcome.Failed>(outcome);
    }

    [Fact]
    public async Task A_snooze_is_not_an_error()
    {
        var outcome = await RunAsync((_, _) => throw new JobSnoozedException("taken", TimeSpan.FromSeconds(1)));

        Assert.Equal(new JobOutcome.Snoozed("job1", 1, "taken", TimeSpan.FromSeconds(1)), outcome);
    }

    [Fact]
    public async Task A_job_over_its_limit_is_cancelled_and_retried_as_timeout()
    {
        var running = Claims.Running(timeout: TimeSpan.FromMinutes(5));
        var run = RunAsync(UntilCancelled, running);

        clock.Advance(TimeSpan.FromMinutes(5));

        var retried = Assert.IsType<JobOutcome.Retried>(await run);
        Assert.Equal(new JobError("timeout", "The attempt ran longer than its time limit of PT5M.", 1), retried.Error);
    }

    [Fact]
    public async Task A_job_that_wraps_its_cancellation_has_still_timed_out()
    {
        var run = RunAsync(async (_, stop) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            catch (OperationCanceledException e)
            {
                throw new IOException("cut", e);
            }

            return null;
        }, Claims.Running(attempt: 10, timeout: TimeSpan.FromSeconds(1)));

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("timeout", Assert.IsType<JobOutcome.Failed>(await run).Error.Type);
    }

    [Theory]
    [InlineData(StopReason.Cancelled, null)]
    [InlineData(StopReason.LeaseLost, null)]
    [InlineData(StopReason.Shutdown, typeof(JobOutcome.HandedBack))]
    [InlineData(StopReason.LeaseExpired, typeof(JobOutcome.HandedBack))]
    [InlineData(StopReason.ResourceLost, typeof(JobOutcome.Retried))]
    internal async Task A_stopped_job_ends_by_the_reason_of_its_stop(StopReason reason, Type? expected)
    {
        var running = Claims.Running();
        var run = RunAsync(UntilCancelled, running);

        running.Stop(reason);

        Assert.Equal(expected, (await run)?.GetType());
    }

    [Theory]
    [InlineData(StopReason.Cancelled, null)]
    [InlineData(StopReason.LeaseLost, null)]
    [InlineData(StopReason.Shutdown, typeof(JobOutcome.HandedBack))]
    [InlineData(StopReason.LeaseExpired, typeof(JobOutcome.HandedBack))]
    internal async Task A_job_that_was_stopped_before_its_handler_began_is_not_begun(StopReason reason, Type? expected)
    {
        var running = Claims.Running();
        running.Stop(reason);
        var began = false;

        var outcome = await RunAsync((_, _) =>
        {
            began = true;
            return Task.FromResult<string?>(null);
        }, running);

        Assert.False(began);
        Assert.Equal(expected, outcome?.GetType());
    }

    [Theory]
    [InlineData(StopReason.Cancelled, null)]
    [InlineData(StopReason.LeaseLost, null)]
    [InlineData(StopReason.Shutdown, typeof(JobOutcome.Succeeded))]
    [InlineData(StopReason.TimedOut, typeof(JobOutcome.Succeeded))]
    internal async Task A_handler_that_finishes_in_spite_of_its_stop_succeeds_where_it_may_speak(StopReason reason, Type? expected)
    {
        var running = Claims.Running();

        var outcome = await RunAsync((_, _) =>
        {
            running.Stop(reason);
            return Task.FromResult<string?>(null);
        }, running);

        Assert.Equal(expected, outcome?.GetType());
    }

    [Fact]
    public async Task A_cancellation_of_the_handlers_own_is_an_error_like_others()
    {
        var outcome = await RunAsync((_, _) => throw new TaskCanceledException("own"));

        Assert.Equal("TaskCanceledException: own", Assert.IsType<JobOutcome.Retried>(outcome).Error.Message);
    }

    [Fact]
    public async Task A_long_message_is_cut()
    {
        var outcome = await RunAsync((_, _) => throw new InvalidOperationException(new string('x', 5000)));

        Assert.Equal(JobErrors.MaxMessageLength, Assert.IsType<JobOutcome.Retried>(outcome).Error.Message.Length);
    }

    [Fact]
    public async Task A_type_without_handler_fails()
    {
        var outcome = await RunAsync((_, _) => Task.FromResult<string?>(null), Claims.Running(type: "other.job"));

        Assert.Equal("unknown_job_type", Assert.IsType<JobOutcome.Failed>(outcome).Error.Type);
    }

    [Fact]
    public async Task A_cpu_bound_handler_runs_on_a_thread_of_its_own()
    {
        string? thread = null;
        var isPool = true;

        await RunAsync(async (_, _) =>
        {
            await Task.Yield();
            (thread, isPool) = (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread);
            return null;
        }, cpuBound: true);

        Assert.StartsWith("Scheduler CPU-bound job", thread, StringComparison.Ordinal);
        Assert.False(isPool);
    }

    [Fact]
    public async Task An_exclusive_resource_is_held_while_the_handler_runs()
    {
        await RunAsync((_, _) =>
        {
            resources.Add("run");
            return Task.FromResult<string?>(null);
        });

        Assert.Equal(["enter", "run", "leave"], resources);
    }

    [Fact]
    public async Task The_context_tells_who_runs()
    {
        JobContext? seen = null;
        await RunAsync((job, _) =>
        {
            seen = job;
            return Task.FromResult<string?>(null);
        }, Claims.Running(id: "j9", attempt: 4, maxAttempts: 6, fence: 77));

        Assert.Equal(("j9", "test.job", "default", 4, 6, 77L), (seen?.Id, seen?.Type, seen?.Queue, seen?.Attempt, seen?.MaxAttempts, seen?.FencingToken));
    }

    [Fact]
    public async Task An_exception_follows_the_rule_of_its_nearest_kind()
    {
        var rules = new ExceptionRules(
        [
            new OnExceptionAttribute(typeof(ArgumentException)) { Retry = false },
            new OnExceptionAttribute(typeof(IOException)) { DelaySeconds = 42 },
            new OnExceptionAttribute(typeof(FileNotFoundException)) { Retry = false },
        ]);

        Assert.IsType<JobOutcome.Failed>(await RunAsync((_, _) => throw new ArgumentNullException("x"), onException: rules));
        Assert.IsType<JobOutcome.Failed>(await RunAsync((_, _) => throw new FileNotFoundException("x"), onException: rules));
        var late = Assert.IsType<JobOutcome.Retried>(await RunAsync((_, _) => throw new DirectoryNotFoundException("x"), onException: rules));
        Assert.Equal(TimeSpan.FromSeconds(42), late.Delay);
        Assert.IsType<JobOutcome.Retried>(await RunAsync((_, _) => throw new InvalidOperationException("x"), onException: rules));
    }

    [Fact]
    public async Task A_job_beyond_its_age_fails_and_says_why_there_is_no_other_attempt()
    {
        var running = Claims.Running(age: TimeSpan.FromHours(2));

        var outcome = await RunAsync((_, _) => throw new InvalidOperationException("no luck"), running, retry: new RetryRules(MaxAge: TimeSpan.FromHours(1)));

        Assert.Equal("InvalidOperationException: no luck It is not tried again: it would be older than its PT1H.", Assert.IsType<JobOutcome.Failed>(outcome).Error.Message);
    }

    [Fact]
    public async Task A_handler_that_stops_its_heartbeats_is_stopped()
    {
        var beating = new TaskCompletionSource();
        var run = RunAsync(async (job, stop) =>
        {
            job.Heartbeat();
            beating.SetResult();
            return await UntilCancelled(job, stop);
        });
        await beating.Task;

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(run.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));

        var error = Assert.IsType<JobOutcome.Retried>(await run).Error;
        Assert.Equal(("heartbeat_timeout", "The handler sent no heartbeat for PT1M."), (error.Type, error.Message));
    }

    [Fact]
    public async Task A_handler_that_keeps_its_heartbeats_runs_on()
    {
        var end = new TaskCompletionSource<string?>();
        var context = new TaskCompletionSource<JobContext>();
        var run = RunAsync((job, _) =>
        {
            job.Heartbeat();
            context.SetResult(job);
            return end.Task;
        });
        var job = await context.Task;

        for (var i = 0; i < 10; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(40));
            job.Heartbeat();
        }

        end.SetResult(null);
        Assert.IsType<JobOutcome.Succeeded>(await run);
    }

    public void Dispose()
    {
        services.Dispose();
        cpuBound.Dispose();
    }

    private static async Task<string?> UntilCancelled(JobContext job, CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return null;
    }

    private Task<JobOutcome?> RunAsync(
        Func<JobContext, CancellationToken, Task<string?>> handler, RunningJob? running = null, bool cpuBound = false, int? maxAttempts = null,
        RetryRules? retry = null, ExceptionRules? onException = null)
    {
        var invoker = new JobInvoker(
            new JobTypeRegistry([Claims.Type(handler, cpuBound, maxAttempts, retry, onException)]),
            services.GetRequiredService<IServiceScopeFactory>(),
            new RetryPolicy(Options.Create(new RetryOptions()), new Random(1)),
            new JobOutputs(null!, null!, NullLoggerFactory.Instance, clock, NullLogger<JobOutputs>.Instance),
            this.cpuBound,
            (_, _, _, _) =>
            {
                resources.Add("enter");
                return Task.FromResult<IAsyncDisposable?>(new Resource(() => resources.Add("leave")));
            },
            null!,
            Options.Create(new WorkerOptions()),
            clock,
            NullLogger<JobInvoker>.Instance);
        return invoker.RunAsync(running ?? Claims.Running());
    }

    private sealed class Resource(Action leave) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            leave();
            return ValueTask.CompletedTask;
        }
    }
}
