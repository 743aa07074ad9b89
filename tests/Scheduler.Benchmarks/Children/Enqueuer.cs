using Hangfire;
using Scheduler.Benchmarks.Jobs;
using Scheduler.Jobs.Client;

namespace Scheduler.Benchmarks.Children;

/// <summary>Puts the benchmark's jobs into a product through its own client.</summary>
internal abstract class Enqueuer
{
    protected static readonly string Payload = new('x', 100);

    /// <summary>True where a call blocks its thread: 32 callers are then 32 threads.</summary>
    public abstract bool Blocks { get; }

    public abstract Task EnqueueAsync(string kind);

    public virtual Task EnqueueAllAsync(string kind, int count) => throw new NotSupportedException("This client has no bulk call.");
}

internal sealed class HangfireEnqueuer(IBackgroundJobClient client) : Enqueuer
{
    public override bool Blocks => true;

    public override Task EnqueueAsync(string kind)
    {
        _ = kind switch
        {
            "wait" => client.Enqueue(() => ExpressionJobs.Wait(Payload)),
            "stamp" => client.Enqueue(() => ExpressionJobs.Stamp(Recorder.NowUs, Payload)),
            _ => client.Enqueue(() => ExpressionJobs.Noop(Payload)),
        };
        return Task.CompletedTask;
    }
}

internal sealed class TypedEnqueuer(ISchedulerClient client) : Enqueuer
{
    public override bool Blocks => false;

    public override Task EnqueueAsync(string kind) => client.EnqueueAsync(RequestOf(kind), CancellationToken.None);

    public override Task EnqueueAllAsync(string kind, int count) =>
        client.EnqueueAllAsync(Enumerable.Range(0, count).Select(_ => RequestOf(kind)), CancellationToken.None);

    private static JobRequest RequestOf(string kind) => kind switch
    {
        "wait" => JobRequest.For<WaitJob>(new PayloadArgs(Payload)),
        "stamp" => JobRequest.For<StampJob>(new StampArgs(Recorder.NowUs, Payload)),
        _ => JobRequest.For<NoopJob>(new PayloadArgs(Payload)),
    };
}
