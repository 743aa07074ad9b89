using System.Diagnostics;

namespace Scheduler.Faults.Cluster;

/// <summary>One process of the campaign; what it prints goes to a file of its node.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process process;
    private readonly StreamWriter output;
    private readonly Lock gate = new();

    private ChildProcess(Process process, string outputFile)
    {
        this.process = process;
        output = new StreamWriter(outputFile, append: true);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Pid = process.Id;
    }

    public int Pid { get; }

    public int ExitCode => process.ExitCode;

    public static ChildProcess Start(string file, IEnumerable<string> arguments, string folder, string outputFile, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new ChildProcess(new Process { StartInfo = start }, outputFile);
    }

    /// <summary>True too when its end has been dealt with already.</summary>
    public bool HasExited
    {
        get
        {
            try
            {
                return process.HasExited;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => HasExited ? Task.CompletedTask : process.WaitForExitAsync(cancellationToken);

    public void Signal(int signal)
    {
        if (!HasExited)
            Signals.Send(Pid, signal);
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
        lock (gate)
            output.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (gate)
        {
            if (output.BaseStream.CanWrite)
                output.WriteLine(line);
        }
    }
}
