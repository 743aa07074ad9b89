namespace Scheduler.Jobs.Engine;

/// <summary>
/// The group commit of <see cref="EnqueueGroup"/> for callers that block their thread: Hangfire's client. The first caller leads: it
/// sends for all who wait, and hands the lead on when it has its own answer. So nothing here needs a thread of the pool, which
/// blocked callers may have used up. Crash points and bounds are those of <see cref="EnqueueGroup"/>.
/// </summary>
internal sealed class BlockingEnqueueGroup(RedisClient redis)
{
    private readonly Lock gate = new();
    private readonly Queue<Turn> waiting = new();
    private bool isLed;

    public EnqueueResult Enqueue(EnqueueRequest request)
    {
        var turn = new Turn(request);
        if (!TryLead(turn))
            turn.Wait();
        if (turn.MustLead)
            Lead(turn);
        return turn.Read();
    }

    private bool TryLead(Turn turn)
    {
        lock (gate)
        {
            if (isLed)
            {
                waiting.Enqueue(turn);
                return false;
            }
            isLed = turn.MustLead = true;
            return true;
        }
    }

    private void Lead(Turn leader)
    {
        var group = GroupOf(leader);
        try
        {
            var answers = EnqueueScript.Run(redis, [.. group.Select(t => t.Request)]);
            HandOn();
            for (var i = 0; i < answers.Count; i++)
                group[i].Answer(answers[i]);
        }
        catch (Exception problem)
        {
            HandOn();
            foreach (var turn in group)
                turn.Fail(problem);
        }
    }

    private List<Turn> GroupOf(Turn leader)
    {
        lock (gate)
        {
            var group = new List<Turn>(waiting.Count + 1) { leader };
            var size = new EnqueueGroup.Size(leader.Request);
            while (waiting.TryPeek(out var next) && size.HasRoomFor(next.Request))
            {
                size = size.With(next.Request);
                group.Add(waiting.Dequeue());
            }
            return group;
        }
    }

    /// <summary>Before the answers are given: the next call is on its way while this one's callers wake up.</summary>
    private void HandOn()
    {
        Turn? next;
        lock (gate)
            isLed = waiting.TryDequeue(out next);
        next?.TakeLead();
    }

    /// <summary>A request and the thread that waits for its answer, or for the lead.</summary>
    private sealed class Turn(EnqueueRequest request)
    {
        private readonly object signal = new();
        private EnqueueAnswer? answer;
        private Exception? failure;

        public EnqueueRequest Request => request;

        public bool MustLead { get; set; }

        public void Wait()
        {
            lock (signal)
            {
                while (!MustLead && answer is null && failure is null)
                    Monitor.Wait(signal);
            }
        }

        public void TakeLead() => Signal(() => MustLead = true);

        public void Answer(EnqueueAnswer given) => Signal(() => answer = given);

        public void Fail(Exception problem) => Signal(() => failure = problem);

        public EnqueueResult Read()
        {
            if (failure is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            return answer!.Value.Read(request.Ids);
        }

        private void Signal(Action change)
        {
            lock (signal)
            {
                change();
                Monitor.Pulse(signal);
            }
        }
    }
}
