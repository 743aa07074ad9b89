using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>What became of a transaction.</summary>
internal abstract record CommitResult
{
    public sealed record Written : CommitResult;

    /// <summary>The caller's claim on the job is gone; nothing was written.</summary>
    public sealed record Stale(string JobId) : CommitResult;

    /// <summary>The job is no longer in the state the caller decided on; nothing was written.</summary>
    public sealed record Conflict(string JobId, string State) : CommitResult;
}

/// <summary>Runs <c>apply_transaction.lua</c>.</summary>
internal static class TransactionCommit
{
    public const string Guard = "guard", Expect = "expect";

    private static readonly RedisScript ApplyTransaction = RedisScript.Load("apply_transaction");
    private static readonly RedisScript FinishTransaction = RedisScript.Load("finish_transaction", allowOutOfMemory: true);

    public static CommitResult Run(RedisClient redis, IReadOnlyCollection<Operation> operations)
    {
        if (operations.Count == 0)
            return new CommitResult.Written();
        List<RedisValue> arguments = [];
        foreach (var operation in operations)
            operation.AppendTo(arguments);
        var script = operations.Any(o => o.Name == Guard) ? FinishTransaction : ApplyTransaction;
        var reply = script.Run(redis, [], [.. arguments]);
        return (string?)reply[0] switch
        {
            "ok" => new CommitResult.Written(),
            "stale" => new CommitResult.Stale((string)reply[1]!),
            "conflict" => new CommitResult.Conflict((string)reply[1]!, (string?)reply[2] ?? ""),
            var other => throw new RedisException($"apply_transaction answered {other}."),
        };
    }
}
