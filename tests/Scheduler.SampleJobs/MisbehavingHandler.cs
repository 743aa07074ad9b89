using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;

namespace Scheduler.SampleJobs;

/// <summary>What a handler can do to its process.</summary>
public enum Misdeed
{
    None,
    LeakMemory,
    LoopForever,
    OverflowStack,
    FailFast,
    Exit,
    IgnoreCancellation,
    BlockThreads,
    StartProcess,
    Print,
    Throw,
    RunOutOfTime,
}

/// <param name="Amount">Megabytes to leak, threads to block, milliseconds to ignore a cancellation, lines to print.</param>
public sealed record MisbehavingArgs(Misdeed Misdeed = Misdeed.None, int Amount = 0, string? Text = null);

/// <param name="ProcessId">The process it ran in.</param>
/// <param name="Files">Of a service that the plug-in registered.</param>
public sealed record MisbehavingResult(int ProcessId, string? Text, int Files);

/// <summary>Does to its process whatever it is asked: the reason why isolated job types exist.</summary>
[JobType("sample.misbehave", Description = "Misbehaves as told, in a process of its own.")]
[Isolated]
public sealed class MisbehavingHandler(DigestRoot root, ILogger<MisbehavingHandler> logger) : IJobHandler<MisbehavingArgs, MisbehavingResult>
{
    private static readonly List<byte[]> Leaked = [];

    /// <inheritdoc/>
    public async Task<MisbehavingResult> RunAsync(MisbehavingArgs args, JobContext job, CancellationToken cancellationToken)
    {
        job.ReportProgress(10, args.Misdeed.ToString());
        job.Logger.LogInformation("process {ProcessId}", Environment.ProcessId);
        switch (args.Misdeed)
        {
            case Misdeed.LeakMemory: await LeakAsync(args.Amount); break;
            case Misdeed.LoopForever: LoopForever(); break;
            case Misdeed.OverflowStack: Overflow(args.Amount); break;
            case Misdeed.FailFast: Environment.FailFast("the sample gives up"); break;
            case Misdeed.Exit: Environment.Exit(args.Amount); break;
            case Misdeed.IgnoreCancellation: await Task.Delay(args.Amount, CancellationToken.None); break;
            case Misdeed.BlockThreads: BlockThreads(args.Amount); break;
            case Misdeed.StartProcess: await StartProcessAsync(job, cancellationToken); break;
            case Misdeed.Print: Print(args.Amount, args.Text ?? "line"); break;
            case Misdeed.Throw: throw new InvalidOperationException(args.Text);
            case Misdeed.RunOutOfTime: throw new TimeoutException(args.Text);
            default: logger.LogInformation("behaves"); break;
        }

        return new MisbehavingResult(Environment.ProcessId, args.Text, root.FilesOf(".", "*.none").Count);
    }

    private static async Task LeakAsync(int megabytes)
    {
        for (var i = 0; i < megabytes; i++)
        {
            var block = new byte[1024 * 1024];
            Array.Fill(block, (byte)1);
            Leaked.Add(block);
            if (i % 20 == 0)
                await Task.Delay(1);
        }

        await Task.Delay(1000);
    }

    [DoesNotReturn]
    private static void LoopForever()
    {
        while (true)
            Thread.SpinWait(1000);
    }

    private static int Overflow(int depth) => Overflow(depth + 1) + depth;

    private static void BlockThreads(int count)
    {
        var all = Enumerable.Range(0, count).Select(_ => Task.Run(() => new ManualResetEventSlim().Wait(Timeout.Infinite))).ToArray();
        Task.WaitAll(all);
    }

    private static async Task StartProcessAsync(JobContext job, CancellationToken cancellationToken)
    {
        using var process = Process.Start("sleep", "1000");
        job.Logger.LogInformation("started {ProcessId}", process.Id);
        await process.WaitForExitAsync(cancellationToken);
    }

    private static void Print(int lines, string text)
    {
        for (var i = 1; i <= lines; i++)
            Console.WriteLine($"{text} {i}");
        Console.Error.WriteLine("to standard error");
    }
}
