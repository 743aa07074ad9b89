using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Scheduler.Jobs.Recurring;

/// <summary>Schedules. Section <c>Scheduler</c>.</summary>
public sealed class RecurringOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler";

    /// <summary>An instant that was not fired within this time was missed; the schedule's misfire policy decides. Default: 10 seconds.</summary>
    public TimeSpan MisfireThreshold { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The shortest time between two instants of one schedule; a put that comes closer is refused. Default: 1 second, the finest a cron
    /// expression can say. Schedules that Hangfire's client makes are not asked.
    /// </summary>
    [ConfigurationKeyName("Recurring:MinInterval")]
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most jobs one schedule makes in one pass; the rest follow in the next passes, after those of other schedules. Default: 100;
    /// from 1 to 200, which is one script.
    /// </summary>
    [ConfigurationKeyName("Recurring:MaxCatchUp")]
    [Range(1, 200, ErrorMessage = "Scheduler:Recurring:MaxCatchUp must be from 1 to 200.")]
    public int MaxCatchUp { get; set; } = 100;

    /// <summary>
    /// Ended runs kept for each schedule after their jobs are gone, about 100 bytes each. Default: 100; from 1 to 10,000. A schedule
    /// takes the number when it is put.
    /// </summary>
    [ConfigurationKeyName("Recurring:KeptRuns")]
    [Range(1, 10_000, ErrorMessage = "Scheduler:Recurring:KeptRuns must be from 1 to 10000.")]
    public int KeptRuns { get; set; } = 100;
}
