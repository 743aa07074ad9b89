using Scheduler.Faults.Checker;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults;

/// <summary>The sums over all rounds, as docs/reliability.md keeps them.</summary>
internal sealed class Summary
{
    private readonly SortedDictionary<string, int> faults = new(StringComparer.Ordinal);
    private long lossWindowMs;
    private int rounds, acknowledged, replicated, lostInWindow, starts, repeated, completions, stale, instants, duplicates, resumes, gaps;

    public int Findings { get; private set; }

    public void Add(RunLine run, Verdict verdict)
    {
        rounds++;
        Findings += verdict.Findings.Count;
        foreach (var (fault, count) in run.Faults)
            faults[fault] = faults.GetValueOrDefault(fault) + count;
        var f = verdict.Figures;
        (acknowledged, lostInWindow, starts, repeated) = (acknowledged + f.Acknowledged, lostInWindow + f.LostInWindow, starts + f.Starts, repeated + f.RepeatedStarts);
        (completions, stale, instants, duplicates) = (completions + f.Completions, stale + f.StaleAccepted, instants + f.Instants, duplicates + f.DuplicateTicks);
        (replicated, lossWindowMs) = (replicated + f.Replicated, Math.Max(lossWindowMs, f.LossWindowMs));
        (resumes, gaps) = (resumes + f.Resumes, gaps + f.Gaps);
    }

    public static string LineOf(RunLine run, Verdict verdict) =>
        $"seed {run.Seed} ({run.Fsync}): {verdict.Figures.Acknowledged} jobs acknowledged, {run.Faults.Values.Sum()} faults, " +
        $"{verdict.Figures.RepeatedStarts} of {verdict.Figures.Starts} starts repeated, idle {run.BaselineCommandsPerSecond:0}/s before and {run.FinalCommandsPerSecond:0}/s after, " +
        $"{verdict.Findings.Count} findings";

    public override string ToString() =>
        $"""
        rounds {rounds} · jobs acknowledged {acknowledged} ({replicated} replicated) · lost inside the named windows {lostInWindow} (at most {lossWindowMs} ms) · starts {starts} ({repeated} repeated) · completions {completions} · stale completions accepted {stale}
        schedule instants {instants} · fired twice {duplicates} · subscriber resumes {resumes} · explicit gaps {gaps} · findings {Findings}
        faults {faults.Values.Sum()}: {string.Join(", ", faults.Select(f => $"{f.Key} {f.Value}"))}
        """;
}
