using System.Diagnostics;
using System.Globalization;

namespace Scheduler.Benchmarks.Harness;

/// <summary>The server's own counters at one instant.</summary>
internal sealed record RedisSample(long Timestamp, double Commands, double CpuSeconds, double Memory)
{
    public static RedisSample Read(string info)
    {
        var values = info.Split('\n').Select(l => l.TrimEnd('\r').Split(':', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        double Value(string name) => double.Parse(values[name], CultureInfo.InvariantCulture);
        return new RedisSample(Stopwatch.GetTimestamp(), Value("total_commands_processed"),
            Value("used_cpu_user") + Value("used_cpu_sys"), Value("used_memory"));
    }

    /// <summary>What happened since the earlier sample, for each job. The sample's own command is taken off.</summary>
    public Figures Since(RedisSample earlier, double jobs) => new()
    {
        ["commands"] = (Commands - earlier.Commands - 1) / jobs,
        ["redis_us"] = (CpuSeconds - earlier.CpuSeconds) * 1e6 / jobs,
        ["bytes"] = (Memory - earlier.Memory) / jobs,
    };

    public double SecondsSince(RedisSample earlier) => Stopwatch.GetElapsedTime(earlier.Timestamp, Timestamp).TotalSeconds;
}
