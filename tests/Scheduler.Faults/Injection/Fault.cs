namespace Scheduler.Faults.Injection;

/// <summary>A kind of fault.</summary>
/// <param name="Name">As <c>--only</c> and the history spell it.</param>
/// <param name="Weight">How often it is drawn, against its neighbours in the lane.</param>
/// <param name="Lane">Faults of one lane follow each other; lanes run beside each other.</param>
/// <param name="DoAsync">Does it, holds, and undoes it. False where it could not be done now.</param>
internal sealed record Fault(string Name, int Weight, FaultLane Lane, Func<FaultContext, Task<bool>> DoAsync);

internal enum FaultLane
{
    /// <summary>Worker and web processes; two at a time.</summary>
    Processes,

    /// <summary>Redis itself; one at a time.</summary>
    Store,

    /// <summary>The wires between nodes and Redis.</summary>
    Links,
}
