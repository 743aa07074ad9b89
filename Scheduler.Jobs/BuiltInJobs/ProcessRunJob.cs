using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>process.run</c>.</summary>
internal sealed record ProcessRunArgs(
    [Description("The name of a command that the worker's configuration allows.")]
    [Length(1, 100)] string Command,
    [Description("Passed to the command one by one, as they are.")]
    [MaxLength(1000)] IReadOnlyList<string>? Arguments = null,
    [Description("Text for the command's standard input.")]
    string? Stdin = null,
    [Description("Time until the command and everything it started is killed; default PT10M.")]
    TimeSpan? Timeout = null) : IValidatableObject
{
    /// <summary>How long a command may run where the caller names no time.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Arguments is not null && Arguments.Any(a => a.Contains('\0', StringComparison.Ordinal)))
            yield return new ValidationResult("must not hold a NUL character", [nameof(Arguments)]);
        if (Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(7)))
            yield return new ValidationResult("must be more than zero and at most P7D", [nameof(Timeout)]);
    }
}

/// <summary>Result of <c>process.run</c>.</summary>
/// <param name="Stdout">The first 64 KB.</param>
/// <param name="StdoutTruncated">True where there was more.</param>
internal sealed record ProcessRunResult(int ExitCode, string Stdout, string Stderr, bool StdoutTruncated, bool StderrTruncated);

/// <summary>A command ended with an exit code other than zero.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);

/// <summary>Runs an executable that the worker's configuration names; never through a shell.</summary>
[JobType("process.run", Description = "Runs a configured command and keeps its exit code and output.")]
internal sealed partial class ProcessRunJob(IOptions<ProcessOptions> options, MemoryWatch memory, TimeProvider clock) : IJobHandler<ProcessRunArgs, ProcessRunResult>
{
    private const int QuotedErrors = 500;

    public async Task<ProcessRunResult> RunAsync(ProcessRunArgs args, JobContext job, CancellationToken cancellationToken)
    {
        if (!options.Value.Commands.TryGetValue(args.Command, out var path))
            throw new JobFailedException($"No command '{args.Command}' is configured on this worker ({ProcessOptions.Section}:Commands).");

        var timeout = args.Timeout ?? ProcessRunArgs.DefaultTimeout;
        using var limit = new CancellationTokenSource(timeout, clock);
        using var tooBig = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token, tooBig.Token);
        await using var child = ChildProcess.Start(path, args, job);
        using var watch = memory.Watch(child.Id, MemoryLimit, _ => tooBig.CancelAsync());
        try
        {
            var exitCode = await child.RunAsync(args.Stdin, clock, either.Token);
            LogEnded(job.Logger, args.Command, exitCode);
            return exitCode == 0 ? ResultOf(child, exitCode) : throw Failure(args.Command, exitCode, child.Errors.Text);
        }
        catch (OperationCanceledException) when (tooBig.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"The command '{args.Command}' used more than its {options.Value.MemoryLimitMegabytes} MB of memory and was killed.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The command '{args.Command}' did not end within {IsoDuration.Format(timeout)} and was killed.");
        }
    }

    private long MemoryLimit => options.Value.MemoryLimitMegabytes is > 0 and var limit ? limit * 1024L * 1024 : long.MaxValue;

    private static ProcessRunResult ResultOf(ChildProcess child, int exitCode) =>
        new(exitCode, child.Output.Text, child.Errors.Text, child.Output.Truncated, child.Errors.Truncated);

    private static CommandFailedException Failure(string command, int exitCode, string errors)
    {
        var said = errors.Trim();
        var last = said.Length > QuotedErrors ? said[^QuotedErrors..] : said;
        return new CommandFailedException($"The command '{command}' ended with exit code {exitCode}{(last.Length == 0 ? "." : ": " + last)}");
    }

    [LoggerMessage(2110, LogLevel.Information, "Command {Command} ended with exit code {ExitCode}")]
    private static partial void LogEnded(ILogger logger, string command, int exitCode);
}
