using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>How a Hangfire job becomes a job's hash.</summary>
internal static class JobCreation
{
    /// <summary>Under this name Hangfire's recurring API notes which schedule a job comes from.</summary>
    private const string RecurringParameter = "RecurringJobId";

    private const string CreateOperation = "create";

    public static (string Id, Operation Create) Of(
        Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn, TimeProvider time)
    {
        var id = JobId.New(time);
        List<RedisValue> arguments = [id, (long)expireIn.TotalMilliseconds, .. CallOf(job, createdAt)];
        if (job.Queue is { } queue)
            arguments.AddRange([JobFields.Queue, queue]);
        foreach (var (name, value) in parameters.Where(p => p.Value is not null))
        {
            arguments.Add(JobFields.OfParameter(name));
            arguments.Add(value);
            if (name == RecurringParameter && SerializationHelper.Deserialize<string>(value, SerializationOption.User) is { } recurringId)
                arguments.AddRange([JobFields.RecurringId, recurringId]);
        }
        return (id, new Operation(CreateOperation, [.. arguments]));
    }

    /// <summary>A creation together with the job's first state, where that is all there is to write: it can share a script with other callers' jobs.</summary>
    /// <returns>Null where the state needs more than a place in a queue or the schedule.</returns>
    public static EnqueueRequest? AsEnqueue(Operation create, StateChange first)
    {
        if (create.Name != CreateOperation || create.Arguments[0] != first.JobId || first.State is not (EnqueuedState or ScheduledState) || !string.IsNullOrEmpty(first.State.Reason))
            return null;
        var id = first.JobId;
        var (queue, recurringId) = (first.Queue, "");
        var call = new JobHashCall();
        List<RedisValue> fields = [];
        for (var i = 2; i < create.Arguments.Length; i += 2)
        {
            var (name, value) = ((string)create.Arguments[i]!, create.Arguments[i + 1]);
            if (name == JobFields.Queue)
                queue ??= value;
            else if (name == JobFields.RecurringId)
                recurringId = (string)value!;
            else if (!call.Take(name, value))
                fields.AddRange([name, value]);
        }
        return EnqueueRequest.OfFields(id, queue ?? EnqueuedState.DefaultQueue, first.DueMs, recurringId, call.ToCall(), fields);
    }

    /// <summary>Sets a job parameter, or removes it.</summary>
    public static Operation Parameter(string id, string name, string? value) => value is null
        ? new Operation("unparam", id, JobFields.OfParameter(name))
        : new Operation("param", id, JobFields.OfParameter(name), value);

    private static IEnumerable<RedisValue> CallOf(Job job, DateTime createdAt)
    {
        if (TypedJob.From(job) is { } typed)
            return JobCall.ToFields(createdAt, typed.Type, typed.Args);
        var call = InvocationData.SerializeJob(job);
        return JobCall.ToFields(createdAt, "", JobCall.RestOf(new InvocationFields(call.Type, call.Method, call.ParameterTypes, call.Arguments)));
    }
}
