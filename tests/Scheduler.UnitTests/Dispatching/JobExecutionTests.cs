using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.UnitTests.Dispatching;

public sealed class JobExecutionTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task A_suspect_that_got_no_slot_and_is_handed_back_does_not_keep_the_next_one_away()
    {
        var suspects = new SuspectWatch(clock);
        var execution = WithoutSlots(suspects);
        execution.Start([Claims.Running(suspect: true)]);
        Assert.False(suspects.AllowsSuspect);

        await execution.HandBackWaitingAsync(TimeSpan.Zero);

        suspects.NoteClaim();
        Assert.True(suspects.AllowsSuspect);
    }

    // What is started waits.
    private JobExecution WithoutSlots(SuspectWatch suspects)
    {
        var options = Options.Create(new WorkerOptions { Concurrency = 0 });
        var (slots, signals, running) = (new JobSlots(0, clock), new WorkerSignals(clock), new RunningJobs());
        return new JobExecution(
            null!, null!, new CompletionLoop(null!, running, null!, null!, NullLogger<CompletionLoop>.Instance), running, slots, options, suspects,
            new LimitedPlaces(new JobTypeRegistry([]), Options.Create(new IsolationOptions()), options, signals, slots), signals, null!, null!,
            clock, NullLogger<JobExecution>.Instance);
    }
}
