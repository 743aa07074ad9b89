using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>
/// One started command with its output. Disposing kills it with all its descendants. A descendant that has detached itself from
/// its parents (a daemon) is out of reach.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // How long an ended process's output may stay open in the hands of something it left behind.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    // A killed process that still does not end waits for a device; the job does not.
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);

    private const int NotExecutable = 8, NotAllowed = 13;

    private readonly Process process;
    private readonly CancellationTokenSource stopReading = new();
    private readonly Task reading;

    private ChildProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(
            Output.ReadAsync(process.StandardOutput.BaseStream, stopReading.Token),
            Errors.ReadAsync(process.StandardError.BaseStream, stopReading.Token));
    }

    public int Id => process.Id;

    public CappedOutput Output { get; } = new();

    public CappedOutput Errors { get; } = new();

    public static ChildProcess Start(string path, ProcessRunArgs args, JobContext job)
    {
        if (!File.Exists(path))
            throw CannotRun(args.Command, "there is no such file.", null);
        var start = new ProcessStartInfo(path, args.Arguments ?? [])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = Path.GetTempPath(),
        };
        ReplaceEnvironment(start.Environment, job);
        try
        {
            return new ChildProcess(Process.Start(start) ?? throw new JobFailedException($"The command '{args.Command}' could not be started."));
        }
        catch (Win32Exception problem) when (problem.NativeErrorCode is NotExecutable or NotAllowed)
        {
            throw CannotRun(args.Command, problem.Message, problem);
        }
    }

    /// <summary>Feeds the input, waits for the end, and gives the exit code.</summary>
    public async Task<int> RunAsync(string? input, TimeProvider clock, CancellationToken cancellationToken)
    {
        var feeding = FeedAsync(input, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        await ReadRestAsync(feeding, clock, cancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        ProcessTree.Kill(process);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(KillGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopReading.CancelAsync();
        await reading.WaitAsync(OutputGrace).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopReading.Dispose();
        process.Dispose();
    }

    // The same would happen again at the next attempt.
    private static JobFailedException CannotRun(string command, string why, Exception? cause) =>
        new($"The command '{command}' is configured, but its file cannot be run on this worker: {why}", cause);

    private async Task FeedAsync(string? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended, or closed its input, without reading all of it: its right.
        }
    }

    private async Task ReadRestAsync(Task feeding, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(feeding, reading).WaitAsync(OutputGrace, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Something it left behind still holds a pipe: what was written until now counts.
        }
    }

    // The worker's own environment carries its connection strings and keys: a command gets none of it.
    private static void ReplaceEnvironment(IDictionary<string, string?> environment, JobContext job)
    {
        var kept = environment.Where(e => e.Key is "PATH" or "HOME" or "TZ" or "TMPDIR" or "TEMP" or "TMP" or "SystemRoot" or "LANG").ToList();
        environment.Clear();
        foreach (var (name, value) in kept)
            environment[name] = value;
        environment["SCHEDULER_JOB_ID"] = job.Id;
        environment["SCHEDULER_JOB_ATTEMPT"] = job.Attempt.ToString(CultureInfo.InvariantCulture);
    }
}
