using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.DeadLetters;

/// <summary>Reads the groups that the scripts keep of failed jobs.</summary>
internal sealed class DeadLetterStore(RedisClient redis)
{
    /// <summary>Groups, the one that failed last first.</summary>
    /// <param name="cursor">From the page before: <c>instant:fingerprint</c>.</param>
    public async Task<Page<DeadLetterGroup>> ListAsync(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var (at, after) = cursor?.Split(':') is [var ms, var print] ? (double.Parse(ms, CultureInfo.InvariantCulture), print) : (double.PositiveInfinity, null);
        var found = new List<DeadLetterGroup>();
        for (var skip = 0L; found.Count <= limit;)
        {
            var entries = await redis.SortedSetRangeUpToScoreWithScoresAsync(redis.Keys.DeadLetters, at, skip, take: limit + 1).WaitAsync(cancellationToken);
            // Of one instant the groups come by fingerprint, the greatest first; those of the page before are passed over.
            var fresh = entries.Where(e => e.Score < at || after is null || string.CompareOrdinal(e.Element, after) < 0).Select(e => (string)e.Element!);
            found.AddRange(await ReadAsync([.. fresh], cancellationToken));
            skip += entries.Length;
            if (entries.Length <= limit)
                break;
        }
        return found.Count <= limit ? new Page<DeadLetterGroup>(found, null) : new Page<DeadLetterGroup>(found.GetRange(0, limit), CursorOf(found[limit - 1]));
    }

    /// <summary>Null where no job has failed so, or none of them is failed any more.</summary>
    public async Task<DeadLetterGroup?> GetAsync(string fingerprint, CancellationToken cancellationToken) =>
        (await ReadAsync([fingerprint], cancellationToken)) is [var group] ? group : null;

    private async Task<IReadOnlyList<DeadLetterGroup>> ReadAsync(IReadOnlyList<string> prints, CancellationToken cancellationToken)
    {
        var reads = prints.Select(print => ReadAsync(print)).ToArray();
        return [.. (await Task.WhenAll(reads).WaitAsync(cancellationToken)).OfType<DeadLetterGroup>()];
    }

    private async Task<DeadLetterGroup?> ReadAsync(string print)
    {
        var (about, count) = (redis.HashGetAllAsync(redis.Keys.DeadLettersAbout(print)), redis.SortedSetLengthAsync(redis.Keys.DeadLettersOf(print)));
        var fields = (await about).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
        return await count == 0 || fields.Count == 0 ? null : new DeadLetterGroup(print, fields["type"], fields["kind"],
            MessageOf(fields["message"]), await count, Instant(fields["first"]), Instant(fields["last"]), fields["job"]);
    }

    // Stored as the error has it: a JSON string.
    private static string MessageOf(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(json) ?? "";
        }
        catch (JsonException)
        {
            return json;
        }
    }

    private static DateTimeOffset Instant(string ms) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(ms, CultureInfo.InvariantCulture));

    private static string CursorOf(DeadLetterGroup group) => string.Create(CultureInfo.InvariantCulture, $"{group.LastAt.ToUnixTimeMilliseconds()}:{group.Fingerprint}");
}
