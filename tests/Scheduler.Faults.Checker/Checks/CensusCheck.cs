using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>After everything, whatever was refused, cut off or killed, nothing half-written is left in the store.</summary>
internal static class CensusCheck
{
    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        figures.Keys = history.Keys.Count;
        return Census.Deviations([.. history.Keys], history.KeyGuide).Select(deviation => new Finding("census", deviation));
    }
}
