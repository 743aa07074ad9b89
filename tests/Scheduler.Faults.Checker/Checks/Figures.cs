namespace Scheduler.Faults.Checker.Checks;

/// <summary>What was counted while checking.</summary>
public sealed class Figures
{
    public int Acknowledged { get; set; }

    /// <summary>Acknowledged jobs that a killed Redis forgot within the window that <c>appendfsync everysec</c> leaves.</summary>
    public int LostInWindow { get; set; }

    /// <summary>Acknowledged jobs whose answer said <c>replicated</c>: these must survive everything.</summary>
    public int Replicated { get; set; }

    /// <summary>The longest time before its primary's death, or after its return from a freeze, in which an acknowledged job was lost.</summary>
    public long LossWindowMs { get; set; }

    public int Starts { get; set; }
    public int RepeatedStarts { get; set; }
    public int Completions { get; set; }
    public int StaleAccepted { get; set; }
    public int Instants { get; set; }
    public int DuplicateTicks { get; set; }
    public int Resumes { get; set; }
    public int Gaps { get; set; }
    public int Keys { get; set; }
}
