using System.Globalization;

namespace Scheduler.Jobs.Isolation;

/// <summary>How a child process ended that did not end by itself in peace: the evidence kept with its job.</summary>
/// <param name="ExitCode">As the system gives it; null where a signal ended the process.</param>
/// <param name="Signal">For example <c>SIGSEGV</c>; null where the process left by itself.</param>
/// <param name="KilledFor">Why the worker killed it; null where it died of its own.</param>
/// <param name="LastOutput">The last lines it wrote to its standard output and error.</param>
internal sealed record ChildDeath(int? ExitCode, string? Signal, string? KilledFor, IReadOnlyList<string> LastOutput)
{
    private const int FirstSignal = 128;

    public static ChildDeath Of(int exitCode, string? killedFor, IReadOnlyList<string> lastOutput) =>
        exitCode is > FirstSignal and < FirstSignal + 65 && !OperatingSystem.IsWindows()
            ? new(null, NameOf(exitCode - FirstSignal), killedFor, lastOutput)
            : new(exitCode, null, killedFor, lastOutput);

    /// <summary>One sentence without the output.</summary>
    public override string ToString() =>
        KilledFor is { } reason ? $"The child process was killed: {reason}."
        : Signal is { } signal ? $"The child process died of {signal}{Hint(signal)}."
        : $"The child process ended with exit code {ExitCode}.";

    private static string Hint(string signal) => signal switch
    {
        "SIGABRT" => " (an abort: a stack overflow, Environment.FailFast or a fatal error of the runtime)",
        "SIGSEGV" => " (a wrong memory access in native code)",
        "SIGKILL" => " (killed from outside, perhaps because the machine ran out of memory)",
        _ => "",
    };

    private static string NameOf(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => "signal " + signal.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>The child process died before it said how its attempt ended.</summary>
internal sealed class ChildDiedException(ChildDeath death) : Exception(death.ToString())
{
    public ChildDeath Death { get; } = death;
}
