using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Starts the jobs that wait for another (<c>ContinueJobWith</c>), after the script that ended the other one has noted it.
/// So it works for a parent of any kind and any end, once, and never before the end is written. Any node may run it.
/// </summary>
internal sealed partial class ContinuationStarter(SchedulerStorage storage, RedisClient redis, ILogger<ContinuationStarter> logger)
{
    /// <summary>The job parameter in which Hangfire keeps a job's continuations.</summary>
    public const string Parameter = "Continuations";

    private const int Batch = 100;

    /// <summary>A continuation that has had no state this long was given up by its creator.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(15);

    // By a script: on the embedded server a plain command would write beside those that note further parents.
    private static readonly RedisScript ForgetParent = RedisScript.Load("forget_parent", allowOutOfMemory: true);

    private readonly RetryingStateChanger changer = new(new BackgroundJobStateChanger());

    /// <summary>Gives the number of parents looked at; call again while it is not zero.</summary>
    public int StartDue()
    {
        var parents = redis.SortedSetRangeByRank(redis.Keys.Continuations, 0, Batch - 1);
        // crash point: started but not removed; the next pass finds no continuation awaiting, and removes it
        return parents.Count(parent => StartAllOf(parent.ToString()) && Forget(parent));
    }

    private bool Forget(RedisValue parent) => (bool)ForgetParent.Run(redis, [redis.Keys.Continuations], [parent]);

    // False where one of them is still being created.
    private bool StartAllOf(string parentId)
    {
        using var connection = storage.NewConnection();
        if (Read(parentId) is not { State: JobStates.Succeeded or JobStates.Deleted } parent)
            return true;
        var all = true;
        foreach (var child in ChildrenOf(parent))
            all &= TryStart(connection, parent, child);
        return all;
    }

    private bool TryStart(SchedulerConnection connection, StoredJob parent, Continuation continuation)
    {
        var child = Read(continuation.JobId!);
        if (child is { State: null })
            return connection.GetUtcDateTime() - child.Record.CreatedAt.UtcDateTime > Abandoned;
        if (child is { State: JobStates.Awaiting })
            Start(connection, parent, child, continuation.Options);
        return true;
    }

    private void Start(SchedulerConnection connection, StoredJob parent, StoredJob child, JobContinuationOptions options)
    {
        var next = IsMet(options, parent.State!) ? NextStateOf(connection, child) : new DeletedState { Reason = $"Its parent {parent.Record.Id} ended as {parent.State}{(parent.Record.History[^1].Reason is { Length: > 0 } reason ? $" ({reason})" : "")}: continuation condition was not met" };
        HandOverResult(connection, parent, child.Record.Id);
        changer.ChangeState(new StateChangeContext(storage, connection, child.Record.Id, next, JobStates.Awaiting));
        LogStarted(logger, child.Record.Id, parent.Record.Id, next.Name);
    }

    // Where the host asked for it with UseResultsInContinuations.
    private static void HandOverResult(SchedulerConnection connection, StoredJob parent, string childId)
    {
        if (!GlobalJobFilters.Filters.Any(f => f.Instance is JobParameterInjectionFilter))
            return;
        if (parent.State == JobStates.Succeeded && parent.Record.Result is { } result)
            connection.SetJobParameter(childId, "AntecedentResult", result);
        else if (parent.State == JobStates.Deleted)
            connection.SetJobParameter(childId, "AntecedentException", parent.Record.History[^1].Data?.GetValueOrDefault("Exception") ?? "OCE");
    }

    private static IState NextStateOf(SchedulerConnection connection, StoredJob child)
    {
        try
        {
            var text = connection.GetStateData(child.Record.Id)!.Data["NextState"];
            return SerializationHelper.Deserialize<IState>(text, SerializationOption.TypedInternal);
        }
        catch (Exception problem) when (problem is Newtonsoft.Json.JsonException or KeyNotFoundException or NullReferenceException or TypeNotAllowedException)
        {
            return new FailedState(problem) { Reason = "The continuation's next state cannot be read." };
        }
    }

    private static bool IsMet(JobContinuationOptions options, string parentState) =>
        options == JobContinuationOptions.OnAnyFinishedState
        || (options.HasFlag(JobContinuationOptions.OnlyOnSucceededState) && parentState == JobStates.Succeeded)
        || (options.HasFlag(JobContinuationOptions.OnlyOnDeletedState) && parentState == JobStates.Deleted);

    private static IEnumerable<Continuation> ChildrenOf(StoredJob parent) =>
        parent.Record.Parameters.TryGetValue(Parameter, out var text)
            ? (SerializationHelper.Deserialize<List<Continuation>>(text) ?? []).Where(c => !string.IsNullOrWhiteSpace(c.JobId)).DistinctBy(c => c.JobId)
            : [];

    private StoredJob? Read(string jobId) => StoredJob.Read(jobId, new JobHashes(redis).Read(jobId));

    [LoggerMessage(1510, LogLevel.Debug, "Continuation {JobId} of {ParentId} goes to {State}")]
    private static partial void LogStarted(ILogger logger, string jobId, string parentId, string state);

    private sealed record Continuation(string? JobId, JobContinuationOptions Options);
}
