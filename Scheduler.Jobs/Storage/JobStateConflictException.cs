namespace Scheduler.Jobs.Storage;

/// <summary>A job changed its state between the read and the commit of a transaction, which therefore wrote nothing. Read and decide again.</summary>
public sealed class JobStateConflictException : Exception
{
    /// <param name="jobId">The job.</param>
    /// <param name="state">The state it is in now.</param>
    public JobStateConflictException(string jobId, string state)
        : base($"The job {jobId} is {(state.Length == 0 ? "gone" : state)} now; the change decided before was not written.") => JobId = jobId;

    /// <summary>The job.</summary>
    public string JobId { get; }
}
