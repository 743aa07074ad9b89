using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Scheduler.Jobs.Hosting;

/// <summary>How long, and how many, final jobs are kept. Section <c>Scheduler:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Retention";

    /// <summary>Age at which a succeeded job is removed. Default: 24 hours.</summary>
    public TimeSpan Succeeded { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Age at which a deleted job is removed. Default: 24 hours.</summary>
    public TimeSpan Deleted { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Age at which a failed job is removed. Default: 30 days.</summary>
    public TimeSpan Failed { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Succeeded jobs kept, the newest. Configured as <c>Scheduler:Retention:Succeeded:Max</c>. Default: 100,000.</summary>
    [ConfigurationKeyName("Succeeded:Max")]
    [Range(1, 100_000_000, ErrorMessage = "Scheduler:Retention:Succeeded:Max must be between 1 and 100000000.")]
    public int SucceededMax { get; set; } = 100_000;

    /// <summary>Deleted jobs kept, the newest. Configured as <c>Scheduler:Retention:Deleted:Max</c>. Default: 100,000.</summary>
    [ConfigurationKeyName("Deleted:Max")]
    [Range(1, 100_000_000, ErrorMessage = "Scheduler:Retention:Deleted:Max must be between 1 and 100000000.")]
    public int DeletedMax { get; set; } = 100_000;

    /// <summary>Failed jobs kept, the newest. Configured as <c>Scheduler:Retention:Failed:Max</c>. Default: 100,000.</summary>
    [ConfigurationKeyName("Failed:Max")]
    [Range(1, 100_000_000, ErrorMessage = "Scheduler:Retention:Failed:Max must be between 1 and 100000000.")]
    public int FailedMax { get; set; } = 100_000;
}
