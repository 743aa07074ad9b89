using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Client;

/// <inheritdoc cref="ISchedulerClient"/>
internal sealed class SchedulerClient(JobRequestCheck check, JobStore jobs, JobEnds ends) : ISchedulerClient
{
    public async Task<string> EnqueueAsync(JobRequest job, CancellationToken cancellationToken) =>
        (await SendAsync([check.ToNewJob(job)], null, cancellationToken))[0];

    public async Task<string> EnqueueAsync(JobRequest job, string idempotencyKey, CancellationToken cancellationToken)
    {
        NewJob[] one = [check.ToNewJob(job)];
        return (await SendAsync(one, ClientIdempotency.KeyFor(idempotencyKey, one), cancellationToken))[0];
    }

    public Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, CancellationToken cancellationToken) =>
        SendAsync(CheckAll(jobs), null, cancellationToken);

    public Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, string idempotencyKey, CancellationToken cancellationToken)
    {
        var all = CheckAll(jobs);
        return SendAsync(all, ClientIdempotency.KeyFor(idempotencyKey, all), cancellationToken);
    }

    public Task<JobEnd> WaitAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return ends.WaitAsync(id, cancellationToken);
    }

    private List<NewJob> CheckAll(IEnumerable<JobRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var all = requests.Select(check.ToNewJob).Take(JobStore.MaxBulk + 1).ToList();
        return all.Count <= JobStore.MaxBulk ? all : throw new InvalidJobException($"At most {JobStore.MaxBulk} jobs go into one call; send several.");
    }

    private async Task<IReadOnlyList<string>> SendAsync(IReadOnlyList<NewJob> all, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (all.Count == 0)
            return [];
        return await jobs.EnqueueAsync(all, key, cancellationToken) switch
        {
            EnqueueResult.Accepted accepted => accepted.Ids,
            EnqueueResult.Replayed replayed => replayed.Ids,
            _ => throw new IdempotencyKeyReusedException(key!.Key),
        };
    }
}
