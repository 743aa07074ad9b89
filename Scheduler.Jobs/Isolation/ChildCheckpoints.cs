using System.Collections.Concurrent;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Isolation;

/// <summary>Has the parent keep checkpoints, and waits for its answers.</summary>
internal sealed class ChildCheckpoints(FrameStream parent)
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string?>> waiting = new();
    private int last;

    public async Task SaveAsync(string json, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref last);
        var answer = waiting[number] = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        parent.Write(new ChildMessage.Checkpoint(number, json));
        if (await answer.Task is { } refusal)
            throw new CheckpointRefusedException(refusal);
    }

    public void Answer(ChildMessage.CheckpointAnswer message)
    {
        if (waiting.TryRemove(message.Number, out var answer))
            answer.TrySetResult(message.Refusal);
    }
}
