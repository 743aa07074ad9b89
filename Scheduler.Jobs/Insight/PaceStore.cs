using System.Globalization;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Insight;

/// <summary>Reads the pace that the scripts count: attempts that ended and the time they took, for each queue, in buckets of ten seconds.</summary>
internal sealed class PaceStore(RedisClient redis)
{
    private const int Buckets = 6;
    private const long BucketMs = 10_000;

    private static readonly RedisScript SampleBacklog = RedisScript.Load("sample_backlog");

    /// <param name="now">By the store's clock.</param>
    public async Task<QueuePace> ReadAsync(string queue, DateTimeOffset now, CancellationToken cancellationToken) =>
        Measure(await BucketsAsync(queue, now, cancellationToken), now, null);

    /// <summary>As <see cref="ReadAsync"/>, and notes the queue's length, so that the next call knows what arrived meanwhile.</summary>
    public async Task<QueuePace> ReadAndSampleAsync(string queue, long length, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds((long)await SampleBacklog.RunAsync(redis, [], [queue, length]).WaitAsync(cancellationToken));
        return Measure(await BucketsAsync(queue, now, cancellationToken), now, length);
    }

    private async Task<IReadOnlyList<Bucket>> BucketsAsync(string queue, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = now.ToUnixTimeMilliseconds() / BucketMs;
        var reads = Enumerable.Range(0, Buckets + 1).Select(async age =>
        {
            var row = await redis.HashGetAsync(redis.Keys.Pace(current - age), [queue, queue + ":ms", queue + ":len"]);
            return new Bucket((current - age) * BucketMs, (long)row[0], (long)row[1], Sample.Read(row[2]));
        });
        return await Task.WhenAll(reads).WaitAsync(cancellationToken);
    }

    private static QueuePace Measure(IReadOnlyList<Bucket> buckets, DateTimeOffset now, long? length)
    {
        var ended = buckets.Sum(b => b.Ended);
        var arrivals = length is { } known ? Arrivals(buckets, now, known) : null;
        if (ended == 0)
            return QueuePace.Unknown with { ArrivalsPerSecond = arrivals };
        // From the beginning of the oldest bucket with an end in it: a queue that began just now is not measured over its silence.
        var since = buckets.Where(b => b.Ended > 0).Min(b => b.StartMs);
        return new QueuePace(ended / SecondsSince(since, now), TimeSpan.FromMilliseconds((double)buckets.Sum(b => b.SpentMs) / ended), arrivals);
    }

    /// <summary>What the queue grew by since its oldest note, and what left it meanwhile.</summary>
    private static double? Arrivals(IReadOnlyList<Bucket> buckets, DateTimeOffset now, long length)
    {
        if (buckets.LastOrDefault(b => b.Sample is not null) is not { Sample: { } oldest } bucket || now.ToUnixTimeMilliseconds() - oldest.AtMs < 1000)
            return null;
        var endedSince = buckets.Where(b => b.StartMs >= bucket.StartMs).Sum(b => b.Ended) - oldest.Ended;
        return Math.Max(length - oldest.Length + endedSince, 0) / SecondsSince(oldest.AtMs, now);
    }

    private static double SecondsSince(long ms, DateTimeOffset now) => Math.Max(now.ToUnixTimeMilliseconds() - ms, 1000) / 1000.0;

    private sealed record Bucket(long StartMs, long Ended, long SpentMs, Sample? Sample);

    private sealed record Sample(long AtMs, long Length, long Ended)
    {
        public static Sample? Read(string? text) => text?.Split(' ') is [var at, var length, var ended]
            ? new Sample(Number(at), Number(length), Number(ended)) : null;

        private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
