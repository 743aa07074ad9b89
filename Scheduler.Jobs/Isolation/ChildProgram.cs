using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Isolation;

/// <summary>What to start as a child: this program again, with its arguments, folder and environment, so that it sets up the same services.</summary>
internal sealed class ChildProgram(IOptions<IsolationOptions> options)
{
    // The nice value by which each step takes a fifth of a share, as Linux defines it.
    private const double NiceStep = 1.25;

    private readonly string? program = options.Value.Program;
    private readonly int nice = NiceFor(options.Value.CpuWeight);

    /// <summary>Set for the child besides what this process has; null removes.</summary>
    public IDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The nice value of its processes; 0 where none is wanted.</summary>
    public int Nice => nice;

    public ProcessStartInfo StartInfo()
    {
        var command = program is { Length: > 0 } other ? CommandFor(Path.GetFullPath(other)) : OwnCommand();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        start.Environment[IsolatedChild.Variable] = nice.ToString(CultureInfo.InvariantCulture);
        // Many small processes: a heap for each core, as a web host has, would cost each of them far more than it gives.
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }

    /// <summary>The nice value that gives a process the percentage of a normal one's share; of 1 percent is left what nobody else wants.</summary>
    public static int NiceFor(int weight) =>
        weight <= 1 ? LibC.OnlyWhenIdle : (int)Math.Round(Math.Log(100.0 / weight) / Math.Log(NiceStep));

    // Its arguments are this program's own, and mean nothing to another.
    private static string[] CommandFor(string path) =>
        path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [DotnetPath(), path] : [path];

    private static string[] OwnCommand()
    {
        var arguments = System.Environment.GetCommandLineArgs();
        // "dotnet host.dll arguments" or "host arguments"; the first argument is the host's assembly in both.
        return IsDotnet(System.Environment.ProcessPath) ? [System.Environment.ProcessPath!, .. arguments] : [System.Environment.ProcessPath ?? arguments[0], .. arguments[1..]];
    }

    private static string DotnetPath() => IsDotnet(System.Environment.ProcessPath) ? System.Environment.ProcessPath! : "dotnet";

    private static bool IsDotnet(string? path) => Path.GetFileNameWithoutExtension(path) is "dotnet";
}
