using System.Runtime.InteropServices;

namespace Scheduler.Jobs.Isolation;

/// <summary>The few calls of the C library that .NET has no name for. Not on Windows.</summary>
internal static class LibC
{
    public const int SigKill = 9;

    private const int PriorityOfProcess = 0;
    private const int PriorityOfGroup = 1;

    /// <summary>False where there is no such process, or it is not ours. A negative id means a process group.</summary>
    public static bool Kill(int process, int signal) => kill(process, signal) == 0;

    /// <summary>Makes this process the leader of a group of its own, in which everything it starts will be.</summary>
    public static bool LeadOwnGroup() => setpgid(0, 0) == 0;

    /// <summary>Makes one descriptor mean what another means.</summary>
    public static bool Redirect(int descriptor, int to) => dup2(to, descriptor) >= 0;

    /// <summary>Lowers the priority of every thread of this process's group, and of what it starts.</summary>
    public static bool BeNiceAsGroup(int nice) => setpriority(PriorityOfGroup, 0, nice) == 0;

    /// <summary>Lowers the priority of a process that has just been started: of its first thread, and so of those that this one makes.</summary>
    public static bool BeNice(int process, int nice) => setpriority(PriorityOfProcess, (uint)process, nice) == 0;

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
}
