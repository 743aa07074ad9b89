using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>One call of <c>enqueue_jobs.lua</c> for any number of requests, each with an answer of its own.</summary>
internal static class EnqueueScript
{
    private static readonly RedisScript EnqueueJobs = RedisScript.Load("enqueue_jobs");

    public static async Task<IReadOnlyList<EnqueueAnswer>> RunAsync(RedisClient redis, IReadOnlyList<EnqueueRequest> requests)
    {
        var call = new EnqueueCall(redis.Keys, requests);
        return call.Decode(await EnqueueJobs.RunAsync(redis, call.Keys, call.Arguments));
    }

    /// <summary>For callers that block, such as Hangfire's client.</summary>
    public static IReadOnlyList<EnqueueAnswer> Run(RedisClient redis, IReadOnlyList<EnqueueRequest> requests)
    {
        var call = new EnqueueCall(redis.Keys, requests);
        return call.Decode(EnqueueJobs.Run(redis, call.Keys, call.Arguments));
    }
}

/// <summary>
/// The arguments of one call, and whose answer is whose. Neighbours that differ only in their jobs are one request to the script: it
/// then handles them as a batch, at a fraction of the cost.
/// </summary>
internal sealed class EnqueueCall
{
    private readonly int[] answerOf;
    private readonly List<RedisKey> keys = [];
    private readonly List<RedisValue> arguments;

    public EnqueueCall(RedisKeys names, IReadOnlyList<EnqueueRequest> requests)
    {
        answerOf = new int[requests.Count];
        arguments = new List<RedisValue>(1 + requests.Sum(r => 1 + r.Arguments.Count)) { 0 };
        var (sent, countAt) = (0, 0);
        for (var i = 0; i < requests.Count; i++)
        {
            if (i > 0 && requests[i].IsLike(requests[i - 1]))
            {
                AddJobs(requests[i], countAt);
            }
            else
            {
                countAt = arguments.Count + 1 + requests[i].CountAt;
                Add(names, requests[i]);
                sent++;
            }
            answerOf[i] = sent;
        }
        arguments[0] = sent;
    }

    public RedisKey[] Keys => [.. keys];

    public RedisValue[] Arguments => [.. arguments];

    public EnqueueAnswer[] Decode(RedisResult reply)
    {
        var now = (long)reply[0];
        return [.. answerOf.Select(place => new EnqueueAnswer(now, (string)reply[place]!))];
    }

    private void Add(RedisKeys names, EnqueueRequest request)
    {
        if (request.KeyHash is { } hash)
            keys.Add(names.Idempotency(hash));
        arguments.Add(request.BodyHash);
        arguments.AddRange(request.Arguments);
    }

    private void AddJobs(EnqueueRequest request, int countAt)
    {
        arguments[countAt] = (int)arguments[countAt] + request.Ids.Count;
        for (var i = request.CountAt + 1; i < request.Arguments.Count; i++)
            arguments.Add(request.Arguments[i]);
    }
}

/// <summary>What the script answers to one request.</summary>
/// <param name="NowMs">Redis's clock.</param>
internal readonly record struct EnqueueAnswer(long NowMs, string Text)
{
    private const string ReplayedWord = "replayed ", RefusedWord = "refused ", IncompleteWord = "incomplete", GoneWord = "gone";

    /// <summary>A batch was asked for before its last chunk was there.</summary>
    public bool IsEarly => Text is IncompleteWord or GoneWord;

    /// <exception cref="RedisException">The request was refused by the store's state; nothing of it was written.</exception>
    public EnqueueResult Read(IReadOnlyList<string> ids) => Text switch
    {
        "accepted" => new EnqueueResult.Accepted(ids, DateTimeOffset.FromUnixTimeMilliseconds(NowMs)),
        "reused" => new EnqueueResult.KeyReused(),
        GoneWord => throw new RedisException("The batch was not enqueued: it took over an hour to arrive. Send it again."),
        IncompleteWord => throw new RedisException("The batch was not enqueued: a part of it did not arrive. Send it again."),
        _ when Text.StartsWith(ReplayedWord, StringComparison.Ordinal) => new EnqueueResult.Replayed(Text[ReplayedWord.Length..].Split(' ')),
        _ when Text.StartsWith(RefusedWord, StringComparison.Ordinal) => throw new RedisServerException(RedisErrorKind.UnknownError, CommandFlags.None, Text[RefusedWord.Length..]),
        _ => throw new RedisException($"enqueue_jobs answered {Text}."),
    };
}
