using Scheduler.Faults.Checker.Checks;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker;

/// <summary>What the recorded files say: figures, and every promise they break.</summary>
public sealed record Verdict(Figures Figures, IReadOnlyList<Finding> Findings)
{
    /// <summary>Reads the folder of one campaign and applies every check.</summary>
    public static Verdict On(string folder)
    {
        var history = History.Load(folder);
        var figures = new Figures();
        return new Verdict(figures,
        [
            .. LossCheck.Find(history, figures), .. CompletionCheck.Find(history, figures), .. StartCheck.Find(history, figures),
            .. ScheduleCheck.Find(history, figures), .. SubscriberCheck.Find(history, figures), .. CensusCheck.Find(history, figures),
            .. ProcessCheck.Find(history),
        ]);
    }
}
