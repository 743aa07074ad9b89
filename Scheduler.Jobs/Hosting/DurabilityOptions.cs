using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>What an acknowledged job is meant to survive.</summary>
public enum DurabilityLevel
{
    /// <summary>Whatever the server does by itself.</summary>
    Local,

    /// <summary>A power cut: a server that does not force every write to its disk is reported at the start, and refused in Production.</summary>
    Fsync,

    /// <summary>The loss of the primary: an answer waits until replicas have the job, and says whether they had it in time.</summary>
    Replicated,
}

/// <summary>How durable an acceptance shall be before it is answered. Section <c>Scheduler:Durability</c>.</summary>
public sealed class DurabilityOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Durability";

    /// <summary>The level to reach. What was reached stands in each answer's <c>Scheduler-Durability</c>. Default: Local.</summary>
    public DurabilityLevel Level { get; set; } = DurabilityLevel.Local;

    /// <summary>With Replicated: how many replicas must have an accepted job. Default: 1.</summary>
    [Range(1, 16, ErrorMessage = "Scheduler:Durability:Replicas must be between 1 and 16.")]
    public int Replicas { get; set; } = 1;

    /// <summary>With Replicated: the longest an answer waits for them. Default: 1 second.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);
}
