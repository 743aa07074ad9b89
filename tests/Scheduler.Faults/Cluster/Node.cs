namespace Scheduler.Faults.Cluster;

/// <summary>A web host or a worker: one real process at a time, started again whenever it ends.</summary>
internal sealed class Node(string name, string assembly, string folder, IReadOnlyDictionary<string, string?> settings, FaultyProxy? link, Recorder recorder) : IDisposable
{
    // As a service manager would: at once, but not in a loop that eats the machine.
    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock gate = new();
    private ChildProcess? process;
    private volatile bool isOver;
    private volatile int told;
    private int starts;

    public string Name => name;

    public bool IsWorker => name.StartsWith("worker", StringComparison.Ordinal);

    /// <summary>The wire to Redis; null where there is none of ours.</summary>
    public FaultyProxy? Link => link;

    public int Pid => process?.Pid ?? 0;

    /// <summary>Taken by the one fault that may be done to this node at a time.</summary>
    public bool TryTake() => turn.Wait(0);

    public void Give() => turn.Release();

    public void Start()
    {
        var started = process = ChildProcess.Start("dotnet", [assembly], folder, Path.Combine(recorder.Folder, $"{name}.{++starts}.log"), settings);
        recorder.Process(new(Monotonic.Now, name, started.Pid, "start", null, true));
        _ = KeepAliveAsync(started);
    }

    /// <summary>Sends a signal that ends the process, and returns when it has ended; the next one starts after the pause.</summary>
    public async Task EndAsync(int signal, TimeSpan pause, TimeSpan patience, CancellationToken cancellationToken)
    {
        var ending = process!;
        told = ending.Pid;
        ending.Signal(signal);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await ending.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            recorder.Process(new(Monotonic.Now, name, ending.Pid, "stuck", null, false));
            ending.Signal(Signals.Kill);
            await ending.WaitForExitAsync(cancellationToken);
        }

        await Task.Delay(pause, cancellationToken);
        Replace(ending);
    }

    public void Pause() => process!.Signal(Signals.Stop);

    public void Resume() => process!.Signal(Signals.Cont);

    public void Dispose()
    {
        isOver = true;
        process?.Dispose();
        link?.Dispose();
        turn.Dispose();
    }

    private async Task KeepAliveAsync(ChildProcess watched)
    {
        await watched.WaitForExitAsync(CancellationToken.None);
        if (isOver)
            return;
        var wasTold = told == watched.Pid;
        recorder.Process(new(Monotonic.Now, name, watched.Pid, "exit", watched.ExitCode, wasTold));
        watched.Dispose();
        if (wasTold)
            return;
        await Task.Delay(RestartAfter);
        Replace(watched);
    }

    // A process that died by itself just before it was to be killed is replaced once, not twice.
    private void Replace(ChildProcess ended)
    {
        lock (gate)
        {
            if (!isOver && process == ended)
                Start();
        }
    }
}
