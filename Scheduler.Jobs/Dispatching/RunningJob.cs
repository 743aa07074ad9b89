using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Why a running job was told to stop. The first reason stays.</summary>
internal enum StopReason
{
    None,

    /// <summary>Its own time limit.</summary>
    TimedOut,

    /// <summary>It has sent heartbeats and sends no more.</summary>
    Silent,

    /// <summary>The resource of an exclusive job is no longer its own.</summary>
    ResourceLost,

    /// <summary>Somebody cancelled it: it is deleted already.</summary>
    Cancelled,

    /// <summary>The store says that the claim is no longer ours: whoever took over will speak for the job.</summary>
    LeaseLost,

    /// <summary>The lease could not be renewed in time: it may or may not still be ours, the fence will tell.</summary>
    LeaseExpired,

    /// <summary>The worker is being stopped.</summary>
    Shutdown,
}

/// <summary>A job in this worker's hands, from its claim to the commit of its outcome.</summary>
internal sealed class RunningJob(ClaimedJob claim, long leaseUntil) : IDisposable
{
    private readonly Lock gate = new();
    private long leaseUntil = leaseUntil;
    private bool disposed;

    public ClaimedJob Claim { get; private set; } = claim;

    public JobRecord Job => Claim.Job;

    /// <summary>Puts opened arguments in the place of sealed ones, before anything reads them.</summary>
    public void UseArgs(string json) => Claim = Claim with { Job = Claim.Job with { Args = json } };

    public string Id => Claim.Job.Id;

    public long Fence => Claim.Fence;

    /// <summary>Fires the handler's token; use <see cref="Stop"/> where the reason is known.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    public StopReason StopReason { get; private set; }

    /// <summary>The lease's deadline in <see cref="TimeProvider.GetTimestamp"/> units of this process: taken before the call that set it, so never too late.</summary>
    public long LeaseUntil
    {
        get => Volatile.Read(ref leaseUntil);
        set => Volatile.Write(ref leaseUntil, value);
    }

    /// <summary>True while the claim is worth renewing.</summary>
    public bool NeedsLease => StopReason is not (StopReason.Cancelled or StopReason.LeaseLost or StopReason.LeaseExpired);

    /// <summary>Cancels the handler's token. Its callbacks run elsewhere: they belong to the job and may block.</summary>
    public void Stop(StopReason reason)
    {
        lock (gate)
        {
            if (disposed || StopReason != StopReason.None)
                return;
            StopReason = reason;
            _ = Cancellation.CancelAsync();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            Cancellation.Dispose();
        }
    }
}
