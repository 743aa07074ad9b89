using System.Globalization;
using System.Runtime.InteropServices;

namespace Scheduler.Jobs.Isolation;

/// <summary>The few calls of the C library that .NET has no name for. Not on Windows.</summary>
internal static class LibC
{
    public const int SigKill = 9;

    /// <summary>
    /// Beyond the lowest niceness: Linux's policy for work that runs only while nothing else wants the processor, and gives way at once
    /// (sched(7), SCHED_IDLE). Only a process with the right to raise priorities can leave it again.
    /// </summary>
    public const int OnlyWhenIdle = Lowest + 1;

    private const int Lowest = 19;
    private const int PriorityOfProcess = 0;
    private const int PriorityOfGroup = 1;
    private const int SchedOther = 0;
    private const int SchedIdle = 5;

    private static readonly Lazy<bool> MayReturn = new(TryToReturn);

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
        foreach (var thread in ThreadsOf(Environment.ProcessId))
            SetPolicy(thread, SchedIdle);
    }

    /// <summary>True where this process may give another the policy <see cref="OnlyWhenIdle"/> and take it away again.</summary>
    public static bool CanRaise => OperatingSystem.IsLinux() && MayReturn.Value;

    /// <summary>Lowers the priority of a process that has just been started: of its first thread, and so of those that this one makes.</summary>
    /// <param name="giveWay">Until <see cref="Raise"/> it runs only while nothing else wants the processor.</param>
    public static void BeNice(int process, int nice, bool giveWay)
    {
        _ = setpriority(PriorityOfProcess, (uint)process, Math.Min(nice, Lowest));
        if ((giveWay || nice >= OnlyWhenIdle) && OperatingSystem.IsLinux())
            SetPolicy(process, SchedIdle);
    }

    /// <summary>Gives all threads of a process the usual policy again; their niceness stays.</summary>
    public static void Raise(int process)
    {
        HashSet<int> raised = [];
        // One that is not raised yet may make further ones meanwhile.
        while (ThreadsOf(process).Where(raised.Add).ToList() is { Count: > 0 } found)
            found.ForEach(thread => SetPolicy(thread, SchedOther));
    }

    private static IEnumerable<int> ThreadsOf(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It has ended.
            return [];
        }
    }

    // On a thread that ends with the trial: where the way back is barred it stays where it is.
    private static bool TryToReturn()
    {
        var returned = false;
        var trial = new Thread(() => returned = SetPolicy(0, SchedIdle) && SetPolicy(0, SchedOther));
        trial.Start();
        trial.Join();
        return returned;
    }

    private static bool SetPolicy(int thread, int policy)
    {
        var noPriority = 0;
        return sched_setscheduler(thread, policy, ref noPriority) == 0;
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
