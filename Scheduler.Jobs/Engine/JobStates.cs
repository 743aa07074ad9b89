namespace Scheduler.Jobs.Engine;

/// <summary>Hangfire's state names as stored; the API writes them in lower case.</summary>
internal static class JobStates
{
    public const string Enqueued = "Enqueued";
    public const string Scheduled = "Scheduled";
    public const string Processing = "Processing";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string Deleted = "Deleted";
    public const string Awaiting = "Awaiting";

    public static readonly IReadOnlyList<string> All = [Enqueued, Scheduled, Processing, Succeeded, Failed, Deleted, Awaiting];

    public static bool IsFinal(string state) => state is Succeeded or Failed or Deleted;
}
