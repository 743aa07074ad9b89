namespace Scheduler.Jobs.Engine;

internal enum CancelResult
{
    Cancelled,
    NotFound,
    AlreadyFinal,
}

internal enum RequeueResult
{
    Requeued,
    NotFound,

    /// <summary>It waits in its queue or runs already.</summary>
    NotRequeueable,
}
