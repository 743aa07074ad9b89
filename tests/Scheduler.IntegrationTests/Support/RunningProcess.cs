using System.Diagnostics;
using System.Text;

namespace Scheduler.IntegrationTests.Support;

/// <summary>A real process under test: its output is captured, it can be killed or told to stop, and it never outlives the test.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> waiters = [];

    private RunningProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Standard output and error so far, in the order they came.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    public static RunningProcess Start(string file, IEnumerable<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new RunningProcess(new Process { StartInfo = start });
    }

    /// <summary>One of the product's hosts as built, with its settings (<c>Scheduler:Worker:Lease</c> form) as environment variables.</summary>
    public static RunningProcess StartHost(string project, IReadOnlyDictionary<string, string?> settings, string environmentName = "Development")
    {
        var environment = settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value);
        environment["DOTNET_ENVIRONMENT"] = environment["ASPNETCORE_ENVIRONMENT"] = environmentName;
        return Start("dotnet", [Repository.BuiltAssembly(project)], Repository.Folder(project), environment);
    }

    /// <summary>Completes when a line with the text has come; fails with the whole output when the process ends or the time is up first.</summary>
    public async Task WaitForLineAsync(string text, TimeSpan limit)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output)
        {
            if (output.ToString().Contains(text, StringComparison.Ordinal))
                return;
            waiters.Add((text, seen));
        }

        var first = await Task.WhenAny(seen.Task, process.WaitForExitAsync(), Task.Delay(limit));
        if (first != seen.Task && !seen.Task.IsCompleted)
            throw new TimeoutException($"'{text}' did not come from {process.StartInfo.FileName}. Its output:\n{Output}");
    }

    /// <summary>SIGKILL, to this process alone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name, for example <c>TERM</c>, <c>STOP</c>, <c>CONT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code; fails with the whole output when the process is still there after the limit.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} did not end within {limit}. Its output:\n{Output}");
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (output)
        {
            output.AppendLine(line);
            foreach (var (_, seen) in waiters.Where(w => line.Contains(w.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }
}
