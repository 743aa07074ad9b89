using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Client;

/// <inheritdoc cref="ISchedulerClient"/>
internal sealed class SchedulerClient(JobRequestCheck check, JobStore store, JobEnds ends) : ISchedulerClient
{
    public async Task<string> EnqueueAsync(JobRequest job, CancellationToken cancellationToken) =>
        (await SendAsync([check.ToNewJob(job)], null, cancellationToken))[0];

    public async Task<string> EnqueueAsync(JobRequest job, string idempotencyKey, CancellationToken cancellationToken)
    {
        NewJob[] one = [check.ToNewJob(job)];
        return (await SendAsync(one, ClientIdempotency.KeyFor(idempotencyKey, one), cancellationToken))[0];
    }

    public async Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, CancellationToken cancellationToken) =>
        IdsOf(await store.EnqueueAsMadeAsync(CheckEach(jobs), cancellationToken), null);

    public async Task<IReadOnlyList<string>> EnqueueAllAsync(IEnumerable<JobRequest> jobs, string idempotencyKey, CancellationToken cancellationToken)
    {
        var all = CheckEach(jobs).ToList();
        if (all.Count == 0)
            return [];
        return await SendAsync(all, ClientIdempotency.KeyFor(idempotencyKey, all), cancellationToken);
    }

    public Task<JobEnd> WaitAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return ends.WaitAsync(id, cancellationToken);
    }

    private IEnumerable<NewJob> CheckEach(IEnumerable<JobRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return requests.Select((request, number) => number < JobStore.MaxBulk
            ? check.ToNewJob(request)
            : throw new InvalidJobException($"At most {JobStore.MaxBulk} jobs go into one call; send several."));
    }

    private async Task<IReadOnlyList<string>> SendAsync(IReadOnlyList<NewJob> all, IdempotencyKey? key, CancellationToken cancellationToken) =>
        IdsOf(await store.EnqueueAsync(all, key, cancellationToken), key);

    private static IReadOnlyList<string> IdsOf(EnqueueResult result, IdempotencyKey? key) => result switch
    {
        EnqueueResult.Accepted accepted => accepted.Ids,
        EnqueueResult.Replayed replayed => replayed.Ids,
        _ => throw new IdempotencyKeyReusedException(key!.Key),
    };
}
