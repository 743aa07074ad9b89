using System.Globalization;

namespace Scheduler.Benchmarks.Harness;

/// <summary>What Linux knows of a process; no figures elsewhere.</summary>
internal static class ProcessUsage
{
    public static double PeakRssMb(int processId) => StatusKb(processId, "VmHWM:") / 1024;

    public static double RssMb(int processId) => StatusKb(processId, "VmRSS:") / 1024;

    private static double StatusKb(int processId, string name)
    {
        var file = $"/proc/{processId}/status";
        if (!File.Exists(file))
            return double.NaN;
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
