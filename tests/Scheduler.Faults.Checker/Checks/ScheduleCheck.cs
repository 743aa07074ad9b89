using System.Globalization;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>Each instant of each schedule made one job; with the policy "all" none is missing between the first and the last.</summary>
internal static class ScheduleCheck
{
    public static IEnumerable<Finding> Find(History history, Figures figures)
    {
        foreach (var series in history.Jobs.Values.Where(j => j is { RecurringId: not null, ScheduledFor: not null }).GroupBy(j => j.RecurringId!))
        {
            var byInstant = series.ToLookup(j => DateTimeOffset.Parse(j.ScheduledFor!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
            figures.Instants += byInstant.Count;
            foreach (var twice in byInstant.Where(g => g.Count() > 1))
            {
                figures.DuplicateTicks++;
                yield return new Finding("tick-twice", $"instant {twice.Key} of {series.Key} made {string.Join(", ", twice.Select(j => j.Id))}");
            }

            // Every series of the campaign fires once a second.
            for (var instant = byInstant.Min(g => g.Key); instant <= byInstant.Max(g => g.Key); instant += 1000)
            {
                if (!byInstant.Contains(instant) && history.Run.Fsync == "always")
                    yield return new Finding("tick-missing", $"instant {instant} of {series.Key} made no job");
            }
        }

        foreach (var silent in history.Run.SeriesOfSchedules.Where(id => history.Jobs.Values.All(j => j.RecurringId != id)))
            yield return new Finding("tick-missing", $"schedule {silent} made no job at all");
    }
}
