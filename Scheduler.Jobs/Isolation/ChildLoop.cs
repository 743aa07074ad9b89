using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.Jobs.Isolation;

/// <summary>Runs, in a child process, one attempt after the other as the parent asks. Ends the process with its parent.</summary>
internal sealed class ChildLoop(JobTypeRegistry types, IServiceScopeFactory scopes)
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private const int MaxDetails = 8_000;

    private readonly FrameStream parent = IsolatedChild.Parent;
    private readonly Stream errors = Console.OpenStandardError();
    private readonly ChildCheckpoints checkpoints = new(IsolatedChild.Parent);
    private Action cancelRunning = static () => { };

    [DoesNotReturn]
    public void Run()
    {
        parent.Write(new ChildMessage.Hello());
        using var beat = new Timer(_ => Tell(new ChildMessage.Heartbeat()), null, BeatEvery, BeatEvery);
        while (Next() is { } message)
            Answer(message);
        EndWithEverything();
    }

    private ChildMessage? Next()
    {
        try
        {
            return parent.Read();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Answer(ChildMessage message)
    {
        if (message is ChildMessage.Run run)
            Start(run);
        else if (message is ChildMessage.Cancel)
            cancelRunning();
        else if (message is ChildMessage.CheckpointAnswer answer)
            checkpoints.Answer(answer);
    }

    private void Start(ChildMessage.Run run)
    {
        var stop = new CancellationTokenSource();
        // Its callbacks run elsewhere: they belong to the job and may block.
        cancelRunning = () => _ = stop.CancelAsync();
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(run, stop.Token), null);
    }

    private async Task RunAsync(ChildMessage.Run run, CancellationToken stop)
    {
        var end = await TryRunAsync(run, stop);
        MarkEndOfOutput();
        Tell(end);
    }

    private async Task<ChildMessage> TryRunAsync(ChildMessage.Run run, CancellationToken stop)
    {
        var rules = ExceptionRules.None;
        try
        {
            if (!types.TryGet(run.Type, out var type))
                throw new JobFailedException($"The child process has no handler for '{run.Type}': it was started from another program or configuration than its worker.");
            rules = type.OnException;
            await using var scope = scopes.CreateAsyncScope();
            return new ChildMessage.Result(await type.RunAsync(scope.ServiceProvider, run.Args, ContextOf(run), stop));
        }
        catch (Exception e)
        {
            var details = e.ToString();
            return new ChildMessage.Error(HandlerFailure.Of(e, rules), details.Length > MaxDetails ? details[..MaxDetails] : details);
        }
    }

    private JobContext ContextOf(ChildMessage.Run run) => new()
    {
        Id = run.Id,
        Type = run.Type,
        Queue = run.Queue,
        Attempt = run.Attempt,
        MaxAttempts = run.MaxAttempts,
        FencingToken = run.FencingToken,
        ScheduledFor = run.ScheduledFor,
        Logger = new ChildLogger(Tell),
        Checkpoint = run.ResumeFrom,
        SaveCheckpoint = checkpoints.SaveAsync,
        Beat = () => Tell(new ChildMessage.Beat()),
        Progress = progress => Tell(new ChildMessage.Progress(progress.Percent, progress.Message)),
    };

    // The parent reads this pipe apart from the frames: the mark tells it that nothing of this attempt follows.
    private void MarkEndOfOutput()
    {
        Console.Error.Flush();
        errors.Write(ChildOutput.EndMark);
        errors.Flush();
    }

    private void Tell(ChildMessage message)
    {
        try
        {
            parent.Write(message);
        }
        catch (IOException)
        {
            EndWithEverything();
        }
    }

    // Nobody is left to run jobs for. The whole group: what a handler has started and left behind ends too.
    [DoesNotReturn]
    private static void EndWithEverything()
    {
        if (!OperatingSystem.IsWindows())
            LibC.Kill(0, LibC.SigKill);
        Environment.Exit(0);
    }
}
