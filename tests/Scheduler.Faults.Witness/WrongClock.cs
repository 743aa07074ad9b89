namespace Scheduler.Faults.Witness;

/// <summary>The clock of a node that was set wrong. All code of the product reads a clock like this one; time itself passes as everywhere.</summary>
internal sealed class WrongClock(TimeSpan offset) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
}
