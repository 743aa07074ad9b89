using System.Diagnostics;

namespace Scheduler.Jobs.Isolation;

/// <summary>Hears what a child says while it runs an attempt. Called on the child's reading threads, one call at a time for each.</summary>
/// <param name="Said">A log line or a progress report.</param>
/// <param name="Printed">A line of standard output or error.</param>
internal sealed record ChildListener(Action<ChildMessage> Said, Action<string> Printed);

/// <summary>One child process, as its worker sees it.</summary>
internal sealed class PooledChild
{
    private static readonly TimeSpan OutputGrace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(5);
    private const int ReaderStack = 256 * 1024;

    private readonly Process process;
    private readonly FrameStream frames;
    private readonly ChildOutput output;
    private readonly TimeProvider time;
    private readonly Task<ChildDeath> death;
    private readonly TaskCompletionSource ready = NewSource();
    private readonly TaskCompletionSource framesEnded = NewSource();
    private volatile ChildListener? listener;
    private TaskCompletionSource<ChildMessage> end = new();
    private string? killedFor;
    private string? jobId;
    private long lastHeard;
    private int givesWay;

    private PooledChild(Process process, Stream fromChild, TimeProvider time)
    {
        (this.process, this.time) = (process, time);
        frames = new FrameStream(fromChild, process.StandardInput.BaseStream);
        output = new ChildOutput(process.StandardError.BaseStream, line => listener?.Printed(line));
        StartedAt = time.GetUtcNow();
        lastHeard = time.GetTimestamp();
        death = WatchAsync();
        NewThread(() => ReadFrames(fromChild), "frames").Start();
        NewThread(output.Read, "output").Start();
    }

    public int Id => process.Id;

    public DateTimeOffset StartedAt { get; }

    /// <summary>The job it runs; null while it stands ready.</summary>
    public string? JobId => Volatile.Read(ref jobId);

    /// <summary>Attempts it was given.</summary>
    public int Attempts { get; private set; }

    /// <summary>Completes with the process's end, however it ended.</summary>
    public Task<ChildDeath> Death => death;

    public bool IsAlive => !death.IsCompleted && Volatile.Read(ref killedFor) is null;

    /// <summary>Since it last said anything.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref lastHeard));

    /// <summary>When it was last put aside; for its pool.</summary>
    public long IdleSince { get; set; }

    /// <param name="nice">From its first moment on: starting a process is work, too.</param>
    /// <param name="giveWay">It starts only while nothing else wants the processor, until <see cref="Raise"/>.</param>
    public static PooledChild Start(ProcessStartInfo program, int nice, bool giveWay, TimeProvider time)
    {
        var process = Process.Start(program) ?? throw new InvalidOperationException("no process");
        if ((nice > 0 || giveWay) && !OperatingSystem.IsWindows())
            LibC.BeNice(process.Id, nice, giveWay);
        return new PooledChild(process, process.StandardOutput.BaseStream, time) { givesWay = giveWay ? 1 : 0 };
    }

    /// <summary>Gives it its share of the processor, where it was started without.</summary>
    public void Raise()
    {
        if (Interlocked.Exchange(ref givesWay, 0) == 1)
            LibC.Raise(Id);
    }

    /// <exception cref="TimeoutException">It does not report in time.</exception>
    /// <exception cref="ChildDiedException">It ended before it reported.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        await Task.WhenAny(ready.Task, death).WaitAsync(longest, time, cancellationToken);
        if (!ready.Task.IsCompleted)
            throw new ChildDiedException(await death);
    }

    /// <summary>Runs one attempt to its end. When the token fires the child is told; what is left of it after the grace is killed.</summary>
    /// <param name="grace">Asked when the token has fired.</param>
    /// <exception cref="ChildDiedException">The child died, or was killed.</exception>
    public async Task<ChildMessage> RunAsync(ChildMessage.Run run, ChildListener hears, Func<TimeSpan> grace, CancellationToken stop)
    {
        Attempts++;
        Volatile.Write(ref jobId, run.Id);
        var over = end = new TaskCompletionSource<ChildMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        output.BeginAttempt();
        listener = hears;
        try
        {
            // Elsewhere: a child that does not read would hold this thread.
            await Quietly(Task.Run(() => TrySend(run), CancellationToken.None).WaitAsync(stop));
            Task ended = Task.WhenAny(over.Task, death);
            await Quietly(ended.WaitAsync(stop));
            if (!ended.IsCompleted)
                await StopAsync(ended, grace());
            if (!over.Task.IsCompleted)
                throw new ChildDiedException(await DeathAsync());
            await Quietly(output.EndOfAttempt.WaitAsync(OutputGrace, time, CancellationToken.None));
            return await over.Task;
        }
        finally
        {
            Volatile.Write(ref jobId, null);
            listener = null;
        }
    }

    /// <summary>Says something small to it; silently nothing where it is dead.</summary>
    public void Tell(ChildMessage message) => TrySend(message);

    /// <summary>Kills it with everything it started. The first reason stays.</summary>
    public void Kill(string reason)
    {
        Interlocked.CompareExchange(ref killedFor, reason, null);
        ProcessTree.Kill(process);
    }

    /// <summary>Lets it end by itself, as an idle child does at once when its input is closed; else kills it.</summary>
    public async Task EndAsync()
    {
        try
        {
            process.StandardInput.BaseStream.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        await Quietly(death.WaitAsync(OutputGrace, time));
        if (!death.IsCompleted)
            Kill("it did not end when it was told to");
        await Quietly(death.WaitAsync(KillGrace, time));
        process.Dispose();
    }

    private async Task StopAsync(Task ended, TimeSpan grace)
    {
        await Quietly(Task.Run(() => TrySend(new ChildMessage.Cancel())).WaitAsync(grace, time));
        await Quietly(ended.WaitAsync(grace, time));
        if (!ended.IsCompleted)
            Kill($"its handler was still running {grace.TotalSeconds:0.#} s after its token had fired");
    }

    private async Task<ChildDeath> DeathAsync()
    {
        await Quietly(death.WaitAsync(KillGrace, time));
        return death.IsCompleted ? await death : new ChildDeath(null, null, $"{killedFor}, and it has not ended yet", output.Last);
    }

    private async Task<ChildDeath> WatchAsync()
    {
        await process.WaitForExitAsync();
        ProcessTree.KillGroup(process.Id);
        // What it said and printed last is evidence; something it left behind may hold the pipes open.
        await Quietly(Task.WhenAll(framesEnded.Task, output.Ended).WaitAsync(OutputGrace, time));
        return ChildDeath.Of(process.ExitCode, Volatile.Read(ref killedFor), output.Last);
    }

    private void TrySend(ChildMessage message)
    {
        try
        {
            frames.Write(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is dead, which is noticed elsewhere.
        }
    }

    private void ReadFrames(Stream fromChild)
    {
        try
        {
            SkipToPreamble(fromChild);
            while (frames.Read() is { } message)
                Hear(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe broke with its process.
        }
        catch (InvalidDataException e)
        {
            Kill($"it does not keep to the protocol ({e.Message})");
        }

        framesEnded.TrySetResult();
    }

    private void Hear(ChildMessage message)
    {
        Volatile.Write(ref lastHeard, time.GetTimestamp());
        if (message is ChildMessage.Hello)
            ready.TrySetResult();
        else if (message is ChildMessage.Result or ChildMessage.Error)
            end.TrySetResult(message);
        else if (message is not ChildMessage.Heartbeat)
            listener?.Said(message);
    }

    private static void SkipToPreamble(Stream stream)
    {
        var preamble = IsolatedChild.Preamble;
        var matched = 0;
        while (matched < preamble.Length)
        {
            var next = stream.ReadByte();
            if (next < 0)
                return;
            matched = next == preamble[matched] ? matched + 1 : next == preamble[0] ? 1 : 0;
        }
    }

    private Thread NewThread(Action work, string what) =>
        new(() => work(), ReaderStack) { IsBackground = true, Name = $"Scheduler child {process.Id} {what}" };

    // That time is up, or the token fired, shows in what is not complete then.
    private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
