using System.Globalization;
using System.Runtime.InteropServices;

namespace Scheduler.Jobs.Isolation;

/// <summary>The few calls of the C library that .NET has no name for. Not on Windows.</summary>
internal static class LibC
{
    public const int SigKill = 9;

    /// <summary>
    /// Beyond the lowest niceness: Linux's policy for work that runs only while nothing else wants the processor, and gives way at once
    /// (sched(7), SCHED_IDLE). A process that has it cannot leave it again.
    /// </summary>
    public const int OnlyWhenIdle = Lowest + 1;

    private const int Lowest = 19;
    private const int PriorityOfProcess = 0;
    private const int PriorityOfGroup = 1;
    private const int SchedIdle = 5;

    /// <summary>False where there is no such process, or it is not ours. A negative id means a process group.</summary>
    public static bool Kill(int process, int signal) => kill(process, signal) == 0;

    /// <summary>Makes this process the leader of a group of its own, in which everything it starts will be.</summary>
    public static bool LeadOwnGroup() => setpgid(0, 0) == 0;

    /// <summary>Makes one descriptor mean what another means.</summary>
    public static bool Redirect(int descriptor, int to) => dup2(to, descriptor) >= 0;

    /// <summary>Lowers the priority of every thread of this process's group, and of what it starts.</summary>
    public static void BeNiceAsGroup(int nice)
    {
        _ = setpriority(PriorityOfGroup, 0, Math.Min(nice, Lowest));
        if (nice < OnlyWhenIdle || !OperatingSystem.IsLinux())
            return;
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
            GiveWay(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture));
    }

    /// <summary>Lowers the priority of a process that has just been started: of its first thread, and so of those that this one makes.</summary>
    public static void BeNice(int process, int nice)
    {
        _ = setpriority(PriorityOfProcess, (uint)process, Math.Min(nice, Lowest));
        if (nice >= OnlyWhenIdle && OperatingSystem.IsLinux())
            GiveWay(process);
    }

    private static void GiveWay(int thread)
    {
        var noPriority = 0;
        _ = sched_setscheduler(thread, SchedIdle, ref noPriority);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpgid(int pid, int group);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int from, int to);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, uint who, int priority);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sched_setscheduler(int pid, int policy, ref int priority);
}
