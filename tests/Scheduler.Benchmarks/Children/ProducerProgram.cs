using System.Globalization;

namespace Scheduler.Benchmarks.Children;

/// <summary>A producer process. Each command answers the seconds it took.</summary>
internal static class ProducerProgram
{
    private const int Lanes = 32, BulkSize = 500, WarmUpSeconds = 2;

    public static async Task RunAsync(Enqueuer client)
    {
        // A client that blocks must not wait for the pool to grow.
        if (client.Blocks)
            ThreadPool.SetMinThreads(2 * Lanes, 2 * Lanes);
        // The just-in-time compiler works on for some seconds beside whatever is measured.
        await InLanesAsync(client, Lanes, Until(Recorder.NowUs + WarmUpSeconds * 1_000_000L), "noop");
        await Output.AnswerAsync(async words =>
        {
            var from = Recorder.NowUs;
            await ObeyAsync(client, words);
            return ((Recorder.NowUs - from) / 1e6).ToString(CultureInfo.InvariantCulture);
        });
    }

    private static Task ObeyAsync(Enqueuer client, string[] words) => words switch
    {
        ["enqueue", "seq", var count, var kind] => InLanesAsync(client, 1, Counted(Int(count)), kind),
        ["enqueue", "conc", var count, var kind] => InLanesAsync(client, Lanes, Counted(Int(count)), kind),
        ["enqueue", "bulk", var count, var kind] => InBulkAsync(client, Int(count), kind),
        ["spaced", var count, var milliseconds] => SpacedAsync(client, Int(count), TimeSpan.FromMilliseconds(Int(milliseconds))),
        ["flood", var seconds] => InLanesAsync(client, Lanes, Until(Recorder.NowUs + Int(seconds) * 1_000_000L), "noop"),
        ["paced", var rate, var seconds] => PacedAsync(client, Int(rate), Int(seconds)),
        _ => throw new ArgumentException("What is " + string.Join(' ', words)),
    };

    private static async Task InBulkAsync(Enqueuer client, int count, string kind)
    {
        for (var done = 0; done < count; done += BulkSize)
            await client.EnqueueAllAsync(kind, Math.Min(BulkSize, count - done));
    }

    private static async Task SpacedAsync(Enqueuer client, int count, TimeSpan pause)
    {
        for (var i = 0; i < count; i++)
        {
            await client.EnqueueAsync("stamp");
            await Task.Delay(pause);
        }
    }

    /// <summary>So many a second whatever the answers take, as far as the lanes allow.</summary>
    private static Task PacedAsync(Enqueuer client, int rate, int seconds)
    {
        var from = Recorder.NowUs;
        var (begun, total) = (0L, (long)rate * seconds);
        return InLanesAsync(client, Lanes, async () =>
        {
            var number = Interlocked.Increment(ref begun);
            var ahead = from + number * 1_000_000 / rate - Recorder.NowUs;
            if (ahead > 500)
                await Task.Delay(TimeSpan.FromMicroseconds(ahead));
            return number <= total;
        }, "stamp");
    }

    private static Func<Task<bool>> Counted(int count) => () => Task.FromResult(Interlocked.Decrement(ref count) >= 0);

    private static Func<Task<bool>> Until(long us) => () => Task.FromResult(Recorder.NowUs < us);

    private static Task InLanesAsync(Enqueuer client, int lanes, Func<Task<bool>> mayGoOn, string kind) =>
        Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => client.Blocks && lanes > 1
            ? Task.Factory.StartNew(() => LaneAsync(client, mayGoOn, kind).GetAwaiter().GetResult(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Task.Run(() => LaneAsync(client, mayGoOn, kind))));

    private static async Task LaneAsync(Enqueuer client, Func<Task<bool>> mayGoOn, string kind)
    {
        while (await mayGoOn())
            await client.EnqueueAsync(kind);
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
