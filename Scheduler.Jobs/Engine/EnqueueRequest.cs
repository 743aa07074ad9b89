using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>One caller's jobs as <c>enqueue_jobs.lua</c> reads them: they exist all or not at all, whoever shares the script's call.</summary>
internal sealed class EnqueueRequest
{
    private readonly bool isOneGroup;

    private EnqueueRequest(IReadOnlyList<string> ids, IdempotencyKey? key, IReadOnlyList<RedisValue> arguments)
    {
        Ids = ids;
        KeyHash = key is null ? null : HashOf(key);
        BodyHash = key?.BodyHash ?? "";
        Arguments = arguments;
        isOneGroup = key is null && (int)arguments[0] == 1;
        CountAt = ids.Count == 0 ? 0 : 1 + NewJobArguments.SharedCount(arguments, 1);
        for (var i = 0; i < arguments.Count; i++)
            Bytes += arguments[i].Length();
    }

    public IReadOnlyList<string> Ids { get; }

    /// <summary>Names the idempotency record; null where the caller gave no key.</summary>
    public string? KeyHash { get; }

    public string BodyHash { get; }

    /// <summary>The number of groups, then the groups, as <c>new_jobs.lua</c> reads them.</summary>
    public IReadOnlyList<RedisValue> Arguments { get; }

    /// <summary>Size of the arguments on their way to Redis.</summary>
    public long Bytes { get; }

    public static EnqueueRequest Of(IReadOnlyList<NewJob> jobs, IdempotencyKey? key)
    {
        var arguments = new List<RedisValue>((jobs.Count * 2) + 12);
        NewJobArguments.AppendGroups(arguments, jobs);
        var ids = new string[jobs.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = jobs[i].Id;
        return new EnqueueRequest(ids, key, arguments);
    }

    /// <summary>A job whose hash fields are written already, as names and values in turn.</summary>
    /// <param name="runAtMs">0 = now.</param>
    public static EnqueueRequest OfFields(string id, string queue, long runAtMs, string recurringId, JobCall call, IReadOnlyList<RedisValue> fields) =>
        new([id], null, NewJobArguments.OfFields(id, queue, runAtMs, recurringId, call.Contract ?? "",
            call.Invocation is { } invocation ? JobCall.RestOf(invocation) : call.Arguments, fields));

    /// <summary>
    /// True where both differ only in their jobs' ids and arguments, and neither needs an answer of its own: whatever the script says of
    /// one is true of the other.
    /// </summary>
    public bool IsLike(EnqueueRequest other)
    {
        if (!isOneGroup || !other.isOneGroup || CountAt != other.CountAt)
            return false;
        for (var i = 1; i < CountAt; i++)
        {
            if (!AreSame(Arguments[i], other.Arguments[i]))
                return false;
        }
        return true;
    }

    /// <summary>Where the number of jobs of the only group is; without any group, nowhere.</summary>
    public int CountAt { get; }

    // Their own equality first tries to read both as numbers.
    private static bool AreSame(RedisValue one, RedisValue other) =>
        one.IsInteger ? other.IsInteger && (long)one == (long)other : !other.IsInteger && (string?)one == (string?)other;

    internal static string HashOf(IdempotencyKey key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Scope}\n{key.Key}")));
}
