using Scheduler.Benchmarks.Children;

namespace Scheduler.Benchmarks.Jobs;

/// <summary>The jobs as Hangfire's expressions, for stock Hangfire and for the scheduler.</summary>
public static class ExpressionJobs
{
    public static int Noop(string payload)
    {
        Recorder.Done();
        return payload.Length;
    }

    public static async Task<int> Wait(string payload)
    {
        await Task.Delay(100);
        Recorder.Done();
        return payload.Length;
    }

    public static int Stamp(long startedUs, string payload)
    {
        Recorder.Done(startedUs);
        return payload.Length;
    }

    /// <summary>Hangfire does not tell a job its instant. These schedules fire at each second, so the time since the last one is the least it can be late.</summary>
    public static int Tick(string payload)
    {
        Recorder.Done(Recorder.NowUs - (TimeProvider.System.GetUtcNow().Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        return payload.Length;
    }
}
