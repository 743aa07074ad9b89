namespace Scheduler.Jobs.Recurring;

/// <summary>What becomes of a local time that the clock skips.</summary>
internal enum GapRule
{
    /// <summary>Fires at the first valid instant.</summary>
    FirstValid,

    Skip,
}

/// <summary>What becomes of a local time that the clock shows twice.</summary>
internal enum OverlapRule
{
    /// <summary>A fixed time fires once, an interval (<c>*</c>, a range or a step in seconds, minutes or hours) both times.</summary>
    AsWritten,

    Once,
    Twice,
}

/// <summary>Daylight saving by choice; the default is what Cronos does.</summary>
internal readonly record struct DstRule(GapRule Gap, OverlapRule Overlap);
