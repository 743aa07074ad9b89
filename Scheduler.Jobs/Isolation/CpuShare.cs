using System.Globalization;
using System.Runtime.InteropServices;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// How a child stands behind its worker where both want the CPU. Its share is a nice value; when it may run is another matter: it is scheduled
/// in long turns, and whoever else wakes up in one of them interrupts it at once (Linux 6.12 and newer; before, the share alone counts). Without
/// that a short job of the worker waits for the end of the child's turn, some milliseconds.
/// </summary>
internal static class CpuShare
{
    private const int PriorityOfGroup = 1;
    private const int BatchPolicy = 3;

    /// <summary>The longest there is: nanoseconds, 100 ms.</summary>
    private const ulong LongTurn = 100_000_000;

    /// <summary>Of a process that has just been started: of its first thread, and so of those that this one makes.</summary>
    public static void Lower(int process, int nice)
    {
        if (!OperatingSystem.IsWindows() && !TryBatch(process, nice))
            _ = setpriority(0, (uint)process, nice);
    }

    /// <summary>Of every thread of this process's group, and of what it starts.</summary>
    public static void LowerOwn(int nice)
    {
        if (OperatingSystem.IsWindows())
            return;
        _ = setpriority(PriorityOfGroup, 0, nice);
        foreach (var thread in OperatingSystem.IsLinux() ? Directory.GetDirectories("/proc/self/task") : [])
            TryBatch(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nice);
    }

    private static bool TryBatch(int thread, int nice)
    {
        if (!OperatingSystem.IsLinux() || SetAttributesNumber is not { } number)
            return false;
        var attributes = new Attributes { Size = (uint)Marshal.SizeOf<Attributes>(), Policy = BatchPolicy, Nice = nice, Runtime = LongTurn };
        return syscall(number, thread, ref attributes, 0) == 0;
    }

    // The C library has had a name for it only since 2024.
    private static nint? SetAttributesNumber => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 314,
        Architecture.Arm64 => 274,
        _ => null,
    };

    // struct sched_attr, as its first version.
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, int thread, ref Attributes attributes, uint flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, uint who, int priority);
}
