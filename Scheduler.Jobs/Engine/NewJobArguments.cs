using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Writes new jobs as the arguments that <c>new_jobs.lua</c> reads: what neighbours have in common once, then each one's own.</summary>
internal static class NewJobArguments
{
    private static readonly JsonSerializerOptions StoredJson = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The number of groups, then the groups.</summary>
    public static void AppendGroups(List<RedisValue> arguments, IReadOnlyList<NewJob> jobs)
    {
        var groups = 0;
        var countAt = arguments.Count;
        arguments.Add(0);
        for (var from = 0; from < jobs.Count; groups++)
        {
            var shared = SharedPart(jobs[from]);
            var to = from + 1;
            while (to < jobs.Count && SharedPart(jobs[to]) == shared)
                to++;
            AppendGroup(arguments, jobs, from, to);
            from = to;
        }

        arguments[countAt] = groups;
    }

    /// <summary>A group of one.</summary>
    public static void Append(List<RedisValue> arguments, NewJob job) => AppendGroup(arguments, [job], 0, 1);

    /// <summary>What jobs like this one have in common: a group that has no jobs yet.</summary>
    public static void AppendHead(List<RedisValue> arguments, NewJob job) => AppendGroup(arguments, [job], 0, 0);

    /// <summary>The part of its call that a job has of its own.</summary>
    public static string RestOf(NewJob job) => job.Invocation is { } invocation ? JobCall.RestOf(invocation) : job.Args;

    /// <summary>A group of one, of fields that are known already.</summary>
    /// <param name="rest">The call without its head.</param>
    public static IReadOnlyList<RedisValue> OfFields(
        string id, string queue, long runAtMs, string recurringId, string contract, string rest, IReadOnlyList<RedisValue> fields) =>
        [1, queue, 0, runAtMs, "", recurringId, contract, fields.Count / 2, .. fields, 1, id, rest];

    /// <summary>Values before the number of jobs, of the group that begins at <paramref name="at"/>.</summary>
    public static int SharedCount(IReadOnlyList<RedisValue> arguments, int at) => 7 + (2 * (int)arguments[at + 6]);

    // All but what every job has of its own. Equal where the members are, whichever there will be.
    private static NewJob SharedPart(NewJob job) =>
        job with { Id = "", Args = "", Type = job.Invocation is null ? job.Type : "", Invocation = null };

    private static void AppendGroup(List<RedisValue> arguments, IReadOnlyList<NewJob> jobs, int from, int to)
    {
        var job = jobs[from];
        arguments.Add(job.Queue);
        arguments.Add((long)Math.Ceiling((job.Delay ?? TimeSpan.Zero).TotalMilliseconds));
        arguments.Add(job.RunAt?.ToUnixTimeMilliseconds() ?? 0);
        arguments.Add(string.Join(' ', job.Tags));
        arguments.Add(job.RecurringId ?? "");
        arguments.Add(job.Invocation is null ? job.Type : "");
        AppendFields(arguments, job);
        arguments.Add(to - from);
        for (var i = from; i < to; i++)
        {
            arguments.Add(jobs[i].Id);
            arguments.Add(RestOf(jobs[i]));
        }
    }

    private static void AppendFields(List<RedisValue> arguments, NewJob job)
    {
        var count = arguments.Count;
        arguments.Add(0);
        // Hangfire's own parameter, in its own (JSON) form: filters and the dashboard read it.
        if (job is { Invocation: not null, RecurringId: { } recurringId })
            Field("RecurringJobId", JsonSerializer.Serialize(recurringId));
        if (job.Tags.Count > 0)
            Field(JobFields.Tags, JsonSerializer.Serialize(job.Tags));
        if (job.MaxAttempts is { } max)
            Field(JobFields.MaxAttempts, max);
        if (job.Timeout is { } timeout)
            Field(JobFields.Timeout, (long)timeout.TotalMilliseconds);
        if (job.HeartbeatTimeout is { } silence)
            Field(JobFields.HeartbeatTimeout, (long)silence.TotalMilliseconds);
        if (job.Retry is { } retry)
            Field(JobFields.Retry, JsonSerializer.Serialize(retry, StoredJson));
        if (job.ExpiresIn is { } expires)
            Field("ExpiresIn", (long)expires.TotalMilliseconds);
        if (job.ScheduledFor is { } instant)
            Field(JobFields.ScheduledFor, instant.ToUnixTimeMilliseconds());
        arguments[count] = (arguments.Count - count - 1) / 2;

        void Field(string name, RedisValue value)
        {
            arguments.Add(name);
            arguments.Add(value);
        }
    }
}
