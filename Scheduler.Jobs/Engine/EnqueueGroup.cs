using System.Diagnostics.CodeAnalysis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Group commit: whatever is asked for while two calls of the script are on their way goes into the next one, up to a bound. A
/// caller that comes alone sends its own at once and waits for nobody. Two, because one is prepared while Redis runs the other.
/// </summary>
/// <remarks>
/// crash point 1, before the script ran: nothing is written; every caller of the call sees the error and may ask again.
/// crash point 2, the script ran and its reply is lost: the jobs exist, all callers of the call see the error; one that repeats
/// with its idempotency key, or the same job ids, is shown what exists already.
/// A caller that gives up before its turn is taken out; after that its jobs are created whether or not it waits for the answer.
/// A request that the script refuses fails alone: the script checks each before it writes anything of it.
/// </remarks>
internal sealed class EnqueueGroup(RedisClient redis)
{
    /// <summary>Jobs of one call: what a script may do before others wait too long for Redis.</summary>
    public const int MaxJobs = 200;

    /// <summary>Bytes of one call, beyond its first request: large arguments go in smaller groups.</summary>
    private const long MaxBytes = 1 << 20;

    private const int MaxCallsOnTheirWay = 2;

    private readonly Lock gate = new();
    private readonly Queue<Turn> waiting = new();
    private int callsOnTheirWay;

    public Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return MustWait(request, cancellationToken, out var turn) ? turn.Result : SendAloneAsync(request);
    }

    private bool MustWait(EnqueueRequest request, CancellationToken cancellationToken, [NotNullWhen(true)] out Turn? turn)
    {
        lock (gate)
        {
            if (callsOnTheirWay < MaxCallsOnTheirWay)
            {
                callsOnTheirWay++;
                turn = null;
                return false;
            }
            turn = new Turn(request, cancellationToken);
            waiting.Enqueue(turn);
            return true;
        }
    }

    private async Task<EnqueueResult> SendAloneAsync(EnqueueRequest request)
    {
        try
        {
            var answers = await EnqueueScript.RunAsync(redis, [request]);
            return answers[0].Read(request.Ids);
        }
        finally
        {
            SendWaiting();
        }
    }

    private void SendWaiting()
    {
        if (NextGroup() is { } group)
            _ = SendAsync(group);
    }

    /// <summary>Sends group after group until nobody waits.</summary>
    private async Task SendAsync(IReadOnlyList<Turn>? group)
    {
        while (group is not null)
        {
            await AnswerAsync(group);
            // Those who were answered just now come first: what they ask for next shares the next call.
            await Task.Yield();
            group = NextGroup();
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Turn> group)
    {
        try
        {
            var answers = await EnqueueScript.RunAsync(redis, [.. group.Select(t => t.Request)]);
            for (var i = 0; i < answers.Count; i++)
                group[i].Answer(answers[i]);
        }
        catch (Exception problem)
        {
            foreach (var turn in group)
                turn.Fail(problem);
        }
    }

    /// <summary>Null where nobody waits; then the next caller sends for itself.</summary>
    private List<Turn>? NextGroup()
    {
        lock (gate)
        {
            var group = new List<Turn>(waiting.Count);
            var size = new Size();
            while (waiting.TryPeek(out var next) && size.HasRoomFor(next.Request))
            {
                waiting.Dequeue();
                if (next.IsGivenUp())
                    continue;
                group.Add(next);
                size = size.With(next.Request);
            }
            if (group.Count > 0)
                return group;
            callsOnTheirWay--;
            return null;
        }
    }

    /// <summary>How much one call carries already. The first request always has room.</summary>
    internal readonly record struct Size(int Jobs, long Bytes)
    {
        public Size(EnqueueRequest first) : this(first.Ids.Count, first.Bytes)
        {
        }

        public bool HasRoomFor(EnqueueRequest next) => Jobs == 0 || (Jobs + next.Ids.Count <= MaxJobs && Bytes + next.Bytes <= MaxBytes);

        public Size With(EnqueueRequest next) => new(Jobs + next.Ids.Count, Bytes + next.Bytes);
    }

    /// <summary>A request in the queue and whoever waits for its answer.</summary>
    private sealed class Turn(EnqueueRequest request, CancellationToken cancellationToken)
    {
        // A caller's next steps must not run inside the loop that sends for all the others.
        private readonly TaskCompletionSource<EnqueueResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EnqueueRequest Request => request;

        public Task<EnqueueResult> Result => completion.Task;

        public bool IsGivenUp() => cancellationToken.IsCancellationRequested && completion.TrySetCanceled(cancellationToken);

        public void Fail(Exception problem) => completion.TrySetException(problem);

        public void Answer(EnqueueAnswer answer)
        {
            try
            {
                completion.TrySetResult(answer.Read(request.Ids));
            }
            catch (StackExchange.Redis.RedisException refused)
            {
                completion.TrySetException(refused);
            }
        }
    }
}
