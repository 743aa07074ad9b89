using Scheduler.Benchmarks.Children;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Benchmarks.Jobs;

public sealed record PayloadArgs(string Payload);

public sealed record StampArgs(long StartedUs, string Payload);

public sealed record LengthResult(int Length);

[JobType("bench.noop")]
public sealed class NoopJob : IJobHandler<PayloadArgs, LengthResult>
{
    public Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken)
    {
        Recorder.Done();
        return Task.FromResult(new LengthResult(args.Payload.Length));
    }
}

[JobType("bench.wait")]
public sealed class WaitJob : IJobHandler<PayloadArgs, LengthResult>
{
    public async Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken)
    {
        await Task.Delay(100, cancellationToken);
        Recorder.Done();
        return new LengthResult(args.Payload.Length);
    }
}

[JobType("bench.stamp")]
public sealed class StampJob : IJobHandler<StampArgs, LengthResult>
{
    public Task<LengthResult> RunAsync(StampArgs args, JobContext job, CancellationToken cancellationToken)
    {
        Recorder.Done(args.StartedUs);
        return Task.FromResult(new LengthResult(args.Payload.Length));
    }
}

/// <summary>Notes how late it starts: the time since the last whole second, for schedules that fire at whole seconds.</summary>
[JobType("bench.tick")]
public sealed class TickJob(TimeProvider time) : IJobHandler<PayloadArgs, LengthResult>
{
    public Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var late = time.GetUtcNow() - (job.ScheduledFor ?? throw new InvalidOperationException("No instant."));
        Recorder.Done(Recorder.NowUs - (long)late.TotalMicroseconds);
        return Task.FromResult(new LengthResult(args.Payload.Length));
    }
}
