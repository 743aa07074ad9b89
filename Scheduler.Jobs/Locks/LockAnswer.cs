namespace Scheduler.Jobs.Locks;

/// <summary>What a check of a held lock found. "Cannot tell" is an answer of its own.</summary>
internal abstract record LockAnswer
{
    /// <param name="Remaining">How long it stays ours without another renewal.</param>
    public sealed record Held(TimeSpan Remaining) : LockAnswer;

    public sealed record Lost(string Reason) : LockAnswer;

    public sealed record Unknown : LockAnswer;
}
