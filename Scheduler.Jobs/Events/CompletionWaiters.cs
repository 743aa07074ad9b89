namespace Scheduler.Jobs.Events;

/// <summary>Who waits for which job to become final. Thousands may wait: each event is looked up once, not once for each of them.</summary>
internal sealed class CompletionWaiters
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Waiter>> waiting = new(StringComparer.Ordinal);

    public Waiter Enter(string jobId)
    {
        var waiter = new Waiter(this, jobId);
        lock (gate)
        {
            if (!waiting.TryGetValue(jobId, out var list))
                waiting[jobId] = list = [];
            list.Add(waiter);
        }
        return waiter;
    }

    /// <summary>Wakes those whose job a record announces as final.</summary>
    public void Announce(EventRecord record)
    {
        lock (gate)
        {
            // Without waiters a record need not even be parsed.
            if (waiting.Count == 0)
                return;
            foreach (var happened in record.Events)
            {
                if (EventNames.IsCompletion(happened.Name) && waiting.TryGetValue(happened.JobId, out var list))
                    list.ForEach(w => w.Wake());
            }
        }
    }

    /// <summary>Events were missed: everybody reads his job again.</summary>
    public void WakeAll()
    {
        lock (gate)
        {
            foreach (var list in waiting.Values)
                list.ForEach(w => w.Wake());
        }
    }

    private void Leave(Waiter waiter)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(waiter.JobId, out var list) && list.Remove(waiter) && list.Count == 0)
                waiting.Remove(waiter.JobId);
        }
    }

    internal sealed class Waiter(CompletionWaiters owner, string jobId) : IDisposable
    {
        private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string JobId { get; } = jobId;

        /// <summary>A reason to read the job again; it is not the answer.</summary>
        public Task Completed => completed.Task;

        public void Wake() => completed.TrySetResult();

        public void Dispose() => owner.Leave(this);
    }
}
