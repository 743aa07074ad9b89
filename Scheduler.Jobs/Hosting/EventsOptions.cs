using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>The event log from which clients resume. Section <c>Scheduler:Events</c>.</summary>
public sealed class EventsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Events";

    /// <summary>How long an event can be resumed from. Default: 1 hour.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Events kept at most, the newest. Default: 100,000.</summary>
    [Range(100, 100_000_000, ErrorMessage = "Scheduler:Events:Max must be between 100 and 100000000.")]
    public int Max { get; set; } = 100_000;
}
