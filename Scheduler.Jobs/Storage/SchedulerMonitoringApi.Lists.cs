using Hangfire.Common;
using Hangfire.Storage.Monitoring;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

internal sealed partial class SchedulerMonitoringApi
{
    private const int ShownOfQueue = 5;

    /// <summary>Running jobs that are looked at to tell which queue they came from.</summary>
    private const int MostLeases = 1000;

    public override IList<QueueWithTopEnqueuedJobsDto> Queues()
    {
        var running = Running().ToLookup(j => j.Job.Record.Queue, StringComparer.Ordinal);
        return [.. redis.SetMembers(Keys.Queues).Select(q => q.ToString()).Order(StringComparer.Ordinal)
            .Select(queue => new QueueWithTopEnqueuedJobsDto
            {
                Name = queue,
                Length = EnqueuedCount(queue),
                Fetched = running[queue].LongCount(),
                FirstJobs = EnqueuedJobs(queue, 0, ShownOfQueue),
            })];
    }

    public override JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return pages.List(WaitingIn(queue, from, perPage), row => new EnqueuedJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            State = row.Stored.State,
            EnqueuedAt = row.Since,
            InEnqueuedState = row.IsIn(JobStates.Enqueued),
            StateData = row.Data,
        });
    }

    /// <summary>Jobs that were taken from this queue and run.</summary>
    public override JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var ids = Running().Where(j => j.Job.Record.Queue == queue).Select(j => j.Id).Skip(from).Take(perPage);
        return pages.List(ids, row => new FetchedJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            State = row.Stored.State,
            FetchedAt = row.Record.StartedAt?.UtcDateTime,
        });
    }

    public override JobList<ProcessingJobDto> ProcessingJobs(int from, int count) =>
        pages.List(RunningIds(from, count), row => new ProcessingJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            InProcessingState = row.IsIn(JobStates.Processing),
            ServerId = row.Data.GetValueOrDefault("ServerId"),
            StartedAt = row.Record.StartedAt?.UtcDateTime ?? row.Since,
            StateData = row.Data,
        });

    public override JobList<ScheduledJobDto> ScheduledJobs(int from, int count) =>
        pages.List(pages.Range(Keys.Schedule, from, count, Order.Ascending).Select(ScheduleMember.JobIdOf), row => new ScheduledJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            EnqueueAt = row.Record.RunAt?.UtcDateTime ?? JobHelper.DeserializeNullableDateTime(row.Data.GetValueOrDefault("EnqueueAt")) ?? DateTime.UnixEpoch,
            ScheduledAt = row.Since,
            InScheduledState = row.IsIn(JobStates.Scheduled),
            StateData = row.Data,
        });

    public override JobList<SucceededJobDto> SucceededJobs(int from, int count) =>
        pages.List(NewestOf(JobStates.Succeeded, from, count), row => new SucceededJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            Result = row.Record.Result,
            TotalDuration = (long?)(row.Record.FinishedAt - row.Record.CreatedAt)?.TotalMilliseconds,
            SucceededAt = row.Record.FinishedAt?.UtcDateTime,
            InSucceededState = row.IsIn(JobStates.Succeeded),
            StateData = row.Data,
        });

    public override JobList<FailedJobDto> FailedJobs(int from, int count) =>
        pages.List(NewestOf(JobStates.Failed, from, count), row => new FailedJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            Reason = row.Reason,
            FailedAt = row.Record.FinishedAt?.UtcDateTime,
            ExceptionType = row.Data.GetValueOrDefault("ExceptionType"),
            ExceptionMessage = row.Data.GetValueOrDefault("ExceptionMessage"),
            ExceptionDetails = row.Data.GetValueOrDefault("ExceptionDetails"),
            InFailedState = row.IsIn(JobStates.Failed),
            StateData = row.Data,
        });

    public override JobList<DeletedJobDto> DeletedJobs(int from, int count) =>
        pages.List(NewestOf(JobStates.Deleted, from, count), row => new DeletedJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            DeletedAt = row.Record.FinishedAt?.UtcDateTime,
            InDeletedState = row.IsIn(JobStates.Deleted),
            StateData = row.Data,
        });

    public override JobList<AwaitingJobDto> AwaitingJobs(int from, int count) =>
        pages.List(pages.Range(Keys.Awaiting, from, count, Order.Ascending), row => new AwaitingJobDto
        {
            Job = row.Job,
            LoadException = row.Problem,
            InvocationData = row.Stored.Invocation,
            AwaitingAt = row.Since,
            InAwaitingState = row.IsIn(JobStates.Awaiting),
            StateData = row.Data,
            ParentStateName = row.Data.TryGetValue("ParentId", out var parent) ? redis.HashGet(Keys.JobHash(parent), JobFields.State) : RedisValue.Null,
        });

    public override long EnqueuedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return redis.ListLength(Keys.Queue(queue)) + ParkedLists(queue).Sum(list => redis.ListLength(list));
    }

    public override long FetchedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Running().LongCount(j => j.Job.Record.Queue == queue);
    }

    public override long ScheduledCount() => redis.SortedSetLength(Keys.Schedule);

    public override long FailedCount() => redis.SortedSetLength(Keys.Final(JobStates.Failed));

    public override long ProcessingCount() => redis.SortedSetLength(Keys.Leases) + redis.SortedSetLength(Keys.StockProcessing);

    public override long SucceededListCount() => redis.SortedSetLength(Keys.Final(JobStates.Succeeded));

    public override long DeletedListCount() => redis.SortedSetLength(Keys.Final(JobStates.Deleted));

    public override long AwaitingCount() => redis.SortedSetLength(Keys.Awaiting);

    private IEnumerable<string> NewestOf(string state, int from, int count) => pages.Range(Keys.Final(state), from, count, Order.Descending);

    // Ours under their leases, then those that stock servers run.
    private IEnumerable<string> RunningIds(int from, int count)
    {
        string[] ours = [.. pages.Range(Keys.Leases, from, count, Order.Ascending)];
        if (ours.Length == count)
            return ours;
        var before = Math.Max(0, from - (int)redis.SortedSetLength(Keys.Leases));
        return ours.Concat(pages.Range(Keys.StockProcessing, before, count - ours.Length, Order.Ascending)).Distinct();
    }

    private IEnumerable<(string Id, StoredJob Job)> Running() =>
        pages.Read(pages.Range(Keys.Leases, 0, MostLeases, Order.Ascending)).Where(j => j.Job is not null).Select(j => (j.Id, j.Job!));

    // Jobs whose type no live worker can run wait in lists of their own; they are shown behind the others.
    private IEnumerable<string> WaitingIn(string queue, int from, int count)
    {
        List<string> ids = [];
        long skip = from;
        foreach (var list in ParkedLists(queue).Prepend(Keys.Queue(queue)))
        {
            if (ids.Count < count)
                ids.AddRange(redis.ListRange(list, skip, skip + count - ids.Count - 1).Select(id => id.ToString()));
            skip = Math.Max(0, skip - redis.ListLength(list));
        }
        return ids;
    }

    private IEnumerable<RedisKey> ParkedLists(string queue) =>
        redis.SetMembers(Keys.Parked).Select(m => m.ToString().Split(' ')).Where(m => m.Length == 2 && m[0] == queue)
            .Select(m => Keys.ParkedJobs(m[0], m[1]));
}
