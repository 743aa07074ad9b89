using System.Security.Cryptography;
using System.Text;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Client;

/// <summary>Idempotency keys of .NET callers: a space of their own, and a hash of what they asked for.</summary>
internal static class ClientIdempotency
{
    private const string Scope = ".NET client";
    private const int MaxLength = 255;

    public static IdempotencyKey KeyFor(string key, IReadOnlyList<NewJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is 0 or > MaxLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("An idempotency key is 1 to 255 visible ASCII characters.", nameof(key));
        return new IdempotencyKey(Scope, key, HashOf(jobs));
    }

    /// <summary>Of all that the store would keep, but for what is new with every call: the ids, and the time left until an instant.</summary>
    private static string HashOf(IReadOnlyList<NewJob> jobs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<RedisValue> arguments = [];
        foreach (var job in jobs)
        {
            arguments.Clear();
            NewJobArguments.Append(arguments, job with { Id = "", Retry = job.Retry is { } retry ? retry with { Wait = null } : null });
            foreach (var argument in arguments)
                hash.AppendData(Encoding.UTF8.GetBytes($"{argument.Length()}:{argument}"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
