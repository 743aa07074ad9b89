using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>Processes end only when they are told to, a drain exits 0, all becomes quiet after the faults, and nothing spins.</summary>
internal static class ProcessCheck
{
    // Idle loops of the same processes: a tenth more would be noise, a hot loop is thousands.
    private const double Factor = 1.5;
    private const double Slack = 40;

    // A process that was told before it could listen ends as the runtime does: by the signal.
    private const int BySignal = 128 + 15;
    private const long TooYoungMs = 5_000;

    public static IEnumerable<Finding> Find(History history)
    {
        var crashed = history.Witnessed.Where(w => w.What == "crash").Select(w => w.Pid).ToHashSet();
        foreach (var exit in history.Processes.Where(p => p is { Phase: "exit", Expected: false } && !crashed.Contains(p.Pid)))
            yield return new Finding("process-died", $"{exit.Node} (pid {exit.Pid}) ended by itself with code {exit.ExitCode}");
        var terminated = history.Faults.Where(f => f.Fault is "worker-term" or "web-term").Select(f => f.Pid).ToHashSet();
        foreach (var exit in history.Processes.Where(p => p is { Phase: "exit", ExitCode: not 0 } && terminated.Contains(p.Pid) && !crashed.Contains(p.Pid)))
        {
            var age = exit.T - (history.Processes.FirstOrDefault(p => p.Pid == exit.Pid && p.Phase == "start")?.T ?? 0);
            if (exit.ExitCode == BySignal && age < TooYoungMs)
                continue;
            if (!history.FaultsOf(exit.Pid).Any(f => f.Fault.EndsWith("-kill", StringComparison.Ordinal)))
                yield return new Finding("drain", $"{exit.Node} (pid {exit.Pid}) answered SIGTERM with exit code {exit.ExitCode}");
        }

        if (!history.Run.BecameQuiet)
            yield return new Finding("liveness", "jobs were still waiting or running when the patience after the last fault was over");
        if (history.Run.FinalCommandsPerSecond > (history.Run.BaselineCommandsPerSecond * Factor) + Slack)
            yield return new Finding("hot-loop", $"Redis answers {history.Run.FinalCommandsPerSecond:0} commands/s when idle after the faults, {history.Run.BaselineCommandsPerSecond:0} before");
    }
}
