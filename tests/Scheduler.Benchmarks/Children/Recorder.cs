using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Scheduler.Benchmarks.Children;

/// <summary>Counts in memory what a worker has done; a thread of its own reports it every few milliseconds, never through the Redis under test.</summary>
internal static class Recorder
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private static readonly ConcurrentQueue<double> Samples = new();
    private static long count;

    /// <summary>The machine's monotonic clock: the same in all processes.</summary>
    public static long NowUs => (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency));

    /// <summary>Samples noted since they were last taken.</summary>
    public static int SampleCount => Samples.Count;

    public static void Done() => Interlocked.Increment(ref count);

    /// <summary>Also notes how long ago the job's enqueue began.</summary>
    public static void Done(long startedUs)
    {
        Samples.Enqueue((NowUs - startedUs) / 1000.0);
        Done();
    }

    /// <summary>The samples since the last call, in milliseconds.</summary>
    public static string TakeSamples()
    {
        var taken = new List<double>();
        while (Samples.TryDequeue(out var sample))
            taken.Add(sample);
        return string.Join(' ', taken.Select(s => s.ToString("F3", CultureInfo.InvariantCulture)));
    }

    public static void StartReporting() => new Thread(Report) { IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();

    private static void Report()
    {
        using var never = new ManualResetEventSlim();
        var reported = 0L;
        while (!never.Wait(Interval))
        {
            var now = Interlocked.Read(ref count);
            if (now != reported)
                Output.Write($"DONE {now} {NowUs}");
            reported = now;
        }
    }
}
