using Scheduler.Jobs.Contracts;

namespace Scheduler.Benchmarks.Jobs;

/// <summary>Does nothing, in the worker.</summary>
[JobType("bench.here")]
public sealed class HereJob : IJobHandler<PayloadArgs, LengthResult>
{
    public Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken) =>
        Task.FromResult(new LengthResult(args.Payload.Length));
}

/// <summary>Does nothing, in a child process.</summary>
[JobType("bench.isolated")]
[Isolated]
public sealed class IsolatedJob : IJobHandler<PayloadArgs, LengthResult>
{
    public Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken) =>
        Task.FromResult(new LengthResult(args.Payload.Length));
}

/// <summary>Harms its process in the way its payload names, until it is killed.</summary>
[JobType("bench.harm", MaxAttempts = 1)]
[Isolated(MemoryLimitMegabytes = 200)]
public sealed class HarmJob : IJobHandler<PayloadArgs, LengthResult>
{
    private static readonly List<byte[]> Leaked = [];

    public Task<LengthResult> RunAsync(PayloadArgs args, JobContext job, CancellationToken cancellationToken)
    {
        switch (args.Payload)
        {
            case "loop": Loop(); break;
            case "block": Block(64); break;
            case "ignore": new ManualResetEventSlim().Wait(Timeout.Infinite, CancellationToken.None); break;
            case "fail": Environment.FailFast("as asked"); break;
            case "overflow": Overflow(0); break;
            default: Leak(500); break;
        }
        return Task.FromResult(new LengthResult(0));
    }

    private static void Loop()
    {
        while (true)
            Thread.SpinWait(1000);
    }

    private static void Block(int threads) => Task.WaitAll([.. Enumerable.Range(0, threads).Select(_ => Task.Run(() => new ManualResetEventSlim().Wait(Timeout.Infinite)))]);

    private static int Overflow(int depth) => Overflow(depth + 1) + depth;

    private static void Leak(int megabytes)
    {
        for (var i = 0; i < megabytes; i++)
        {
            Leaked.Add(new byte[1024 * 1024]);
            Array.Fill(Leaked[^1], (byte)1);
        }
    }
}
