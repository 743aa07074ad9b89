using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Isolation;

namespace Scheduler.UnitTests.Isolation;

/// <summary>How much of the processor a child has while it starts, as <c>/proc</c> shows it.</summary>
public sealed class StartingChildTests : IDisposable
{
    private const int Usual = 0, OnlyWhenIdle = 5, NiceOfAQuarter = 6;

    private readonly string folder = Directory.CreateTempSubdirectory("starting-child").FullName;
    private readonly FakeTimeProvider time = new();

    // Where the way back is barred nothing gives way.
    private static int WhileGivingWay => LibC.CanRaise ? OnlyWhenIdle : Usual;

    private string IdFile => Path.Combine(folder, "id");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_gives_way_until_it_is_raised()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The policies are Linux's.");
        var start = new ProcessStartInfo("/bin/sleep", ["60"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var child = PooledChild.Start(start, NiceOfAQuarter, LibC.CanRaise, time);
        var before = ShareOf(child.Id);

        child.Raise();

        Assert.Equal((NiceOfAQuarter, WhileGivingWay), before);
        Assert.Equal((NiceOfAQuarter, Usual), ShareOf(child.Id));
        child.Kill("the test is over");
    }

    [Fact]
    public async Task It_gives_way_no_longer_when_somebody_waits_for_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The policies are Linux's.");
        using var pool = PoolOfSilentChildren();
        await pool.StartAsync(TestContext.Current.CancellationToken);
        var child = await StartedAsync();
        Assert.Equal((NiceOfAQuarter, WhileGivingWay), ShareOf(child));
        using var over = new CancellationTokenSource();

        var rented = pool.RentAsync(over.Token);

        await EventuallyAsync(() => HasItsShare(child));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rented);
        Kill(child);
    }

    [Fact]
    public async Task It_gives_way_for_two_seconds_at_most()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The policies are Linux's.");
        using var pool = PoolOfSilentChildren();
        await pool.StartAsync(TestContext.Current.CancellationToken);
        var child = await StartedAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((NiceOfAQuarter, WhileGivingWay), ShareOf(child));

        // Again and again: it may have said who it is before its parent has noted when it began.
        await EventuallyAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return HasItsShare(child);
        });
        Kill(child);
    }

    // One child stands ready, if it ever were: its program says who it is, and nothing to its parent.
    private ProcessPool PoolOfSilentChildren()
    {
        var program = Path.Combine(folder, "silent");
        File.WriteAllText(program, $"#!/bin/sh\necho $$ > {IdFile}.new\nmv {IdFile}.new {IdFile}\nexec sleep 60\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = Options.Create(new IsolationOptions { MinIdle = 1, Max = 1, CpuWeight = 25, Program = program });
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new ProcessPool(new ChildProgram(options), new JobTypeRegistry([JobTypeScanner.Describe(typeof(Lonely))]), options, meters, time, NullLogger<ProcessPool>.Instance);
    }

    private async Task<int> StartedAsync()
    {
        await EventuallyAsync(() => File.Exists(IdFile));
        return int.Parse(await File.ReadAllTextAsync(IdFile, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
    }

    private static bool HasItsShare(int child) => ShareOf(child) == (NiceOfAQuarter, Usual);

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        for (var begun = Stopwatch.StartNew(); !holds(); await Task.Delay(10, TestContext.Current.CancellationToken))
            Assert.True(begun.Elapsed < TimeSpan.FromSeconds(30), "It did not come to hold.");
    }

    // Of what follows the name in parentheses: 17th is the niceness, 39th the policy (proc_pid_stat(5)).
    private static (int Nice, int Policy) ShareOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
        return (int.Parse(fields[16], CultureInfo.InvariantCulture), int.Parse(fields[38], CultureInfo.InvariantCulture));
    }

    private static void Kill(int process)
    {
        using var child = Process.GetProcessById(process);
        child.Kill();
    }

    [JobType("test.lonely")]
    [Isolated]
    private sealed class Lonely : IJobHandler<LonelyArgs, LonelyArgs>
    {
        public Task<LonelyArgs> RunAsync(LonelyArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(args);
    }

    private sealed record LonelyArgs;
}
