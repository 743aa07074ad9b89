using System.Globalization;
using System.Runtime.InteropServices;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// The process as a child of a worker. A worker starts its own program again with one environment variable set;
/// <c>AddWorker</c> then registers a host that runs single jobs for the parent instead of serving anything.
/// </summary>
public static class IsolatedChild
{
    /// <summary>Set by the parent: the niceness of the child.</summary>
    internal const string Variable = "SCHEDULER_ISOLATED_CHILD";

    /// <summary>What the parent skips to: whatever a program prints before the scheduler is set up goes the same way.</summary>
    internal static ReadOnlySpan<byte> Preamble => "\0scheduler-child-1\n"u8;

    private static readonly string? AsChild = Environment.GetEnvironmentVariable(Variable);
    private static readonly Lazy<FrameStream> Taken = new(TakeOver);

    // Rooted: a registration that is collected no longer holds.
    private static PosixSignalRegistration[] ignoredSignals = [];

    /// <summary>
    /// True in a child process. A program that does more at its start than building its host (migrations, a banner, a port)
    /// asks this first.
    /// </summary>
    public static bool IsCurrent => AsChild is not null;

    /// <summary>The way to the parent. From the first use on, standard output is part of standard error, and standard input is empty.</summary>
    internal static FrameStream Parent => Taken.Value;

    private static FrameStream TakeOver()
    {
        // What the handlers start is not a child of the worker.
        Environment.SetEnvironmentVariable(Variable, null);
        // Both are copies of the descriptors, which are then given another meaning.
        var frames = (Input: Console.OpenStandardInput(), Output: Console.OpenStandardOutput());
        if (!OperatingSystem.IsWindows())
        {
            LibC.Redirect(1, to: 2);
            using var nothing = File.OpenHandle("/dev/null");
            LibC.Redirect(0, to: (int)nothing.DangerousGetHandle());
            LeadGroup();
        }

        Console.SetOut(Console.Error);
        Console.SetIn(TextReader.Null);
        frames.Output.Write(Preamble);
        frames.Output.Flush();
        return new FrameStream(frames.Input, frames.Output);
    }

    // A signal to the whole service (Ctrl+C, a stopping unit) is the parent's to answer: it drains first.
    private static void LeadGroup()
    {
        LibC.LeadOwnGroup();
        if (int.TryParse(AsChild, CultureInfo.InvariantCulture, out var nice) && nice > 0)
            LibC.BeNiceAsGroup(nice);
        ignoredSignals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true))];
    }
}
