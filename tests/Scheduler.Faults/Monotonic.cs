using System.Diagnostics;

namespace Scheduler.Faults;

/// <summary>The machine's monotonic clock in milliseconds: all processes share it, and no clock fault moves it.</summary>
internal static class Monotonic
{
    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);
}
