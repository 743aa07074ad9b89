using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Scheduler.Jobs.Isolation;

/// <summary>A process with everything it has started, as <c>/proc</c> shows it.</summary>
internal static class ProcessTree
{
    // A tree that forks while it is killed: each pass finds what the one before it missed.
    private const int Passes = 3;

    /// <summary>Kills the process and all its descendants; nothing where it has ended.</summary>
    public static void Kill(Process root)
    {
        for (var pass = 0; OperatingSystem.IsLinux() && pass < Passes && !root.HasExited; pass++)
        {
            List<int> members = [root.Id];
            CollectDescendants(root.Id, members);
            if (members.Count == 1)
                break;
            foreach (var member in members.Skip(1))
                LibC.Kill(member, LibC.SigKill);
        }

        // The root last, and by the runtime, which knows whether the id is still this process's.
        KillByRuntime(root);
    }

    /// <summary>Kills what is left of the group that the process has led; call it as soon as the process has ended.</summary>
    public static void KillGroup(int leader)
    {
        if (!OperatingSystem.IsWindows())
            LibC.Kill(-leader, LibC.SigKill);
    }

    /// <summary>Bytes of memory in use by the process and its descendants; 0 where it is gone or the system does not say.</summary>
    public static long ResidentBytes(int root)
    {
        if (!OperatingSystem.IsLinux())
            return ResidentBytesByRuntime(root);
        List<int> members = [root];
        CollectDescendants(root, members);
        return members.Sum(ResidentOf);
    }

    private static void CollectDescendants(int parent, List<int> found)
    {
        foreach (var child in ChildrenOf(parent))
        {
            if (found.Contains(child))
                continue;
            found.Add(child);
            CollectDescendants(child, found);
        }
    }

    // Children are listed by the thread that started them.
    private static IEnumerable<int> ChildrenOf(int process)
    {
        string[] threads;
        try
        {
            threads = Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (IOException)
        {
            yield break;
        }

        foreach (var thread in threads)
        {
            foreach (var id in Read(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                yield return int.Parse(id, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Bytes of memory in use by the process alone; 0 where it is gone or the system does not say.</summary>
    public static long ResidentOf(int process)
    {
        var fields = Read($"/proc/{process}/statm").Split(' ');
        return fields.Length > 1 ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void KillByRuntime(Process root)
    {
        try
        {
            if (!root.HasExited)
                root.Kill(entireProcessTree: !OperatingSystem.IsLinux());
        }
        catch (Exception problem) when (problem is AggregateException or Win32Exception or InvalidOperationException)
        {
            // A part of the tree has ended by itself, or runs as somebody else and is not ours to kill.
        }
    }

    private static long ResidentBytesByRuntime(int root)
    {
        try
        {
            using var process = Process.GetProcessById(root);
            return process.WorkingSet64;
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }
}
