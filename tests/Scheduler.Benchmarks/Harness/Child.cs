using System.Diagnostics;
using System.Globalization;

namespace Scheduler.Benchmarks.Harness;

/// <summary>
/// A measured process. It writes <c>READY</c>, then <c>DONE count microseconds</c> as jobs end, and answers <c>RESULT ...</c> to a
/// line on its input; when its input ends it stops. Other lines are its log.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly Queue<string> lastLines = new();
    private readonly List<(long Count, TaskCompletionSource<Progress> Reached)> awaited = [];
    private TaskCompletionSource<string>? result;

    private Child(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>CPU time so far, of all its threads.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The last report.</summary>
    public Progress Last { get; private set; }

    public static Child Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var child = new Child(new Process { StartInfo = start, EnableRaisingEvents = true });
        child.process.OutputDataReceived += (_, e) => child.Read(e.Data);
        child.process.ErrorDataReceived += (_, e) => child.Remember(e.Data);
        child.process.Exited += (_, _) => child.Fail();
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    public Task ReadyAsync() => ready.Task.WaitAsync(Patience);

    /// <summary>Says a word to the process and waits for its result.</summary>
    public async Task<string> AskAsync(string word)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            result = answer;
        await process.StandardInput.WriteLineAsync(word);
        await process.StandardInput.FlushAsync();
        return await answer.Task.WaitAsync(Patience);
    }

    /// <summary>The first report of at least so many jobs.</summary>
    public Task<Progress> ReachAsync(long count)
    {
        var reached = new TaskCompletionSource<Progress>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (Last.Count >= count)
                return Task.FromResult(Last);
            awaited.Add((count, reached));
        }
        return reached.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private void Read(string? line)
    {
        if (line == "READY")
            ready.TrySetResult();
        else if (line?.StartsWith("DONE ", StringComparison.Ordinal) == true)
            Report(line.Split(' '));
        else if (line?.StartsWith("RESULT ", StringComparison.Ordinal) == true)
            result?.TrySetResult(line["RESULT ".Length..]);
        else
            Remember(line);
    }

    private void Report(string[] words)
    {
        lock (gate)
        {
            Last = new Progress(long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture));
            foreach (var (count, reached) in awaited.Where(a => a.Count <= Last.Count).ToList())
            {
                reached.TrySetResult(Last);
                awaited.Remove((count, reached));
            }
        }
    }

    private void Remember(string? line)
    {
        lock (gate)
        {
            if (line is not null)
                lastLines.Enqueue(line);
            if (lastLines.Count > 30)
                lastLines.Dequeue();
        }
    }

    private void Fail()
    {
        lock (gate)
        {
            var problem = new InvalidOperationException("A measured process ended:\n" + string.Join('\n', lastLines));
            ready.TrySetException(problem);
            result?.TrySetException(problem);
            foreach (var (_, reached) in awaited)
                reached.TrySetException(problem);
        }
    }
}

/// <summary>Jobs done at an instant of the machine's monotonic clock.</summary>
internal readonly record struct Progress(long Count, long Microseconds)
{
    public double RateSince(Progress earlier) => (Count - earlier.Count) * 1e6 / Math.Max(1, Microseconds - earlier.Microseconds);
}
