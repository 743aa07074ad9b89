using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>The retry policy of jobs that bring none of their own. Section <c>Scheduler:Retry</c>.</summary>
public sealed class RetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Retry";

    /// <summary>Attempts in all, 1 to 100. Default: 10.</summary>
    [Range(1, 100, ErrorMessage = "Scheduler:Retry:MaxAttempts must be between 1 and 100.")]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Upper bound of the first retry's random delay; doubles with each attempt. Default: 15 seconds.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest delay between two attempts. Default: 1 hour.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(1);
}
