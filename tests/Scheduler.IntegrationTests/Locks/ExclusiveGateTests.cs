using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Locks;

namespace Scheduler.IntegrationTests.Locks;

public sealed record ReportArgs(string CustomerId, int Year = 2026, bool? Draft = null);

[JobType("test.report")]
[Exclusive("report-{customerId}-{year}", RetrySeconds = 4)]
public sealed class ReportJob : IJobHandler<ReportArgs, NoResult>
{
    public Task<NoResult> RunAsync(ReportArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(NoResult.Value);
}

[JobType("test.free")]
public sealed class FreeJob : IJobHandler<NoArgs, NoResult>
{
    public Task<NoResult> RunAsync(NoArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(NoResult.Value);
}

public sealed class ExclusiveGateTests(RedisServerFixture server) : IAsyncLifetime
{
    private static readonly JobTypeDescriptor Report = JobTypeScanner.Describe(typeof(ReportJob)), Free = JobTypeScanner.Describe(typeof(FreeJob));

    private LockNode node = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => node = await LockNode.ConnectAsync(server.ConnectionString, ServerFixture.NewPrefix());

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private static JobRecord Job(string args) => new() { Id = "j", Type = "test.report", IsTyped = true, Queue = "default", State = JobStates.Processing, Args = args };

    private Task<IAsyncDisposable?> EnterAsync(string args, Action? onLost = null, JobTypeDescriptor? type = null) =>
        new ExclusiveGate(node.Locks).EnterAsync(type ?? Report, Job(args), onLost ?? (() => { }), Token);

    [Fact]
    public async Task A_type_that_is_not_exclusive_needs_no_lock() => Assert.Null(await EnterAsync("{}", type: Free));

    [Fact]
    public async Task A_second_job_of_the_same_resource_is_sent_back_and_one_of_another_is_not()
    {
        await using var first = await EnterAsync("""{"customerId":"a","year":2025}""");
        await using var other = await EnterAsync("""{"customerId":"b","year":2025}""");

        var snoozed = await Assert.ThrowsAsync<JobSnoozedException>(() => EnterAsync("""{"customerId":"a","year":2025,"draft":true}"""));

        Assert.NotNull(other);
        Assert.Equal("Waits: 'report-a-2025' is taken by another job", snoozed.Message);
        Assert.InRange(snoozed.Delay, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        await first!.DisposeAsync();
        await using var next = await EnterAsync("""{"customerId":"a","year":2025}""");
        Assert.NotNull(next);
    }

    [Theory]
    [InlineData("""{"customerId":"a"}""")]
    [InlineData("""{"customerId":"a","year":null}""")]
    [InlineData("""{"customerId":"a","year":[1]}""")]
    [InlineData("[]")]
    public async Task A_job_without_the_member_fails(string args) =>
        Assert.Contains("no text, number or truth value", (await Assert.ThrowsAsync<JobFailedException>(() => EnterAsync(args))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_lost_lock_tells_the_job()
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var held = await EnterAsync("""{"customerId":"a","year":1}""", lost.SetResult);

        await node.Redis.Database.KeyDeleteAsync(node.KeyOf("report-a-1"));

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }
}
