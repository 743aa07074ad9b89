using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;

namespace Scheduler.UnitTests.Dispatching;

public sealed class JobOutputTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly List<JobLogLine> lines = [];
    private readonly List<ProgressRecord> reports = [];
    private int appends;
    private int losses;
    private bool isAway;

    [Fact]
    public void Only_the_newest_progress_of_an_interval_is_sent()
    {
        var output = Open();
        for (var percent = 1; percent <= 50; percent++)
            output.Report(new JobProgress(percent, null));
        Assert.Empty(reports);

        clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal([new ProgressRecord(50, null)], reports);
    }

    [Fact]
    public void Lines_of_an_interval_are_sent_together()
    {
        var output = Open();
        output.Write(LogLevel.Information, "one");
        output.Write(LogLevel.Warning, "two");

        clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(1, appends);
        Assert.Equal([("Information", "one", 3), ("Warning", "two", 3)], lines.Select(l => (l.Level, l.Message, l.Attempt)));
    }

    [Fact]
    public async Task The_rest_is_sent_at_the_end_and_nothing_after_it()
    {
        var output = Open();
        output.Write(LogLevel.Information, "last");
        output.Report(new JobProgress(100, "done"));

        await output.DisposeAsync();
        output.Write(LogLevel.Information, "too late");
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("last", Assert.Single(lines).Message);
        Assert.Equal(new ProgressRecord(100, "done"), Assert.Single(reports));
    }

    [Fact]
    public async Task An_outage_loses_output_but_does_not_hurt_the_job()
    {
        var output = Open();
        isAway = true;
        output.Write(LogLevel.Information, "lost");
        output.Report(new JobProgress(1, null));

        await output.DisposeAsync();

        Assert.Equal((2, 1), (output.Lost, losses));
    }

    [Fact]
    public async Task A_flood_of_lines_keeps_the_newest()
    {
        var output = Open();
        for (var i = 0; i < 1500; i++)
            output.Write(LogLevel.Information, $"{i}");

        await output.DisposeAsync();

        Assert.Equal(1000, lines.Count);
        Assert.Equal("1499", lines[^1].Message);
    }

    [Fact]
    public async Task The_logger_captures_from_information_on_and_names_exceptions_shortly()
    {
        var output = Open();
        var logger = new JobLogger(NullLogger.Instance, Claims.Running().Job, output);
        logger.LogDebug("detail");
        logger.LogError(new InvalidOperationException("why"), "failed {Step}", 2);

        await output.DisposeAsync();

        Assert.Equal("failed 2 (InvalidOperationException: why)", Assert.Single(lines).Message);
    }

    private JobOutput Open() => new(AppendAsync, ReportAsync, _ => losses++, attempt: 3, clock);

    private Task AppendAsync(IReadOnlyList<JobLogLine> newLines)
    {
        appends++;
        lines.AddRange(isAway ? throw Outage() : newLines);
        return Task.CompletedTask;
    }

    private Task ReportAsync(ProgressRecord progress)
    {
        reports.Add(isAway ? throw Outage() : progress);
        return Task.CompletedTask;
    }

    private static TimeoutException Outage() => new("away");
}
