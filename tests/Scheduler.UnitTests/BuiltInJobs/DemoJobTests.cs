using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;
using Scheduler.UnitTests.Contracts;

namespace Scheduler.UnitTests.BuiltInJobs;

public sealed class DemoJobTests
{
    private readonly FakeTimeProvider clock = new();

    private Task<string?> RunAsync(Type handler, string args, int attempt = 1, Action<JobProgress>? progress = null, CancellationToken? cancelled = null)
    {
        var type = JobTypeScanner.Describe(handler);
        Assert.Empty(type.Validate(JsonElement.Parse(args)));
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock).BuildServiceProvider();
        return type.RunAsync(services, args, TestJob.Context(type.Name, attempt, progress), cancelled ?? TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Echo_returns_its_arguments() =>
        Assert.Equal("""{"any":["thing",1]}""", await RunAsync(typeof(DemoEchoJob), """{"any":["thing",1]}"""));

    [Fact]
    public async Task Sleep_waits_and_tells_how_long()
    {
        var run = RunAsync(typeof(DemoSleepJob), """{"duration":"PT5M"}""");
        Assert.False(run.IsCompleted);

        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("""{"sleptMs":300000}""", await run);
    }

    [Fact]
    public async Task Sleep_ends_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var run = RunAsync(typeof(DemoSleepJob), """{"duration":"P1D"}""", cancelled: cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Spin_ends_when_it_is_cancelled() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(typeof(DemoSpinJob), """{"milliseconds":1000}""", cancelled: new CancellationToken(true)));

    [Fact]
    public async Task Spin_counts_its_iterations()
    {
        clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(1);

        Assert.Equal("""{"iterations":4000}""", await RunAsync(typeof(DemoSpinJob), """{"milliseconds":5}"""));
    }

    [Fact]
    public async Task Fail_fails_its_first_attempts()
    {
        const string args = """{"times":2,"message":"not yet"}""";

        Assert.Equal("not yet", (await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(typeof(DemoFailJob), args, attempt: 1))).Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(typeof(DemoFailJob), args, attempt: 2));
        Assert.Equal("""{"attempt":3}""", await RunAsync(typeof(DemoFailJob), args, attempt: 3));
    }

    [Fact]
    public async Task Progress_reports_every_step()
    {
        var reports = new List<JobProgress>();

        var result = await RunAsync(typeof(DemoProgressJob), """{"steps":4,"stepMs":0}""", progress: reports.Add);

        Assert.Equal("""{"steps":4}""", result);
        Assert.Equal([25, 50, 75, 100], reports.Select(r => r.Percent));
        Assert.Equal("step 4 of 4", reports[^1].Message);
    }

    [Theory]
    [InlineData(typeof(DemoSleepJob), """{"duration":"P2D"}""", "/duration")]
    [InlineData(typeof(DemoSleepJob), """{}""", "/duration")]
    [InlineData(typeof(DemoSpinJob), """{"milliseconds":-1}""", "/milliseconds")]
    [InlineData(typeof(DemoSpinJob), """{"milliseconds":99999999999}""", "/milliseconds")]
    [InlineData(typeof(DemoFailJob), """{"times":"2"}""", "/times")]
    [InlineData(typeof(DemoProgressJob), """{"steps":0}""", "/steps")]
    [InlineData(typeof(DemoCrashJob), """{"now":true}""", "/now")]
    public void Validate_refuses(Type handler, string args, string at) =>
        Assert.Equal([at], JobTypeScanner.Describe(handler).Validate(JsonElement.Parse(args)).Keys);
}
