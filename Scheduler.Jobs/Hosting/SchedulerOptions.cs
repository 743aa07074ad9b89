using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>What every process of one scheduler must agree on. Section <c>Scheduler</c>.</summary>
public sealed class SchedulerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler";

    /// <summary>Prefix of every key, with its hash tag so that all keys share one slot. Default: <c>{hangfire}:</c>, as the stock package.</summary>
    [Required(ErrorMessage = "Scheduler:Prefix must not be empty; use a prefix with a hash tag such as {{hangfire}}: .")]
    [RegularExpression(@"^\{[A-Za-z0-9_.-]{1,64}\}[A-Za-z0-9_.:-]{0,64}$",
        ErrorMessage = "Scheduler:Prefix must start with a hash tag in braces, for example {{hangfire}}: , so that all keys share one slot.")]
    public string Prefix { get; set; } = "{hangfire}:";

    /// <summary>Folder whose assemblies' job types are registered, by web and worker alike; empty = none.</summary>
    public string? Plugins { get; set; }

    /// <summary>An instant of a schedule that was not fired within this time is missed; its misfire policy says what then. Default: 10 seconds.</summary>
    public TimeSpan MisfireThreshold { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Lets a Production host use a Redis that may drop keys when it is full, or one without a password on another machine. Default: false.
    /// </summary>
    public bool AllowUnsafeRedis { get; set; }
}
