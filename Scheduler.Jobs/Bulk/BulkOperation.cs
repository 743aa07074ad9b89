using Scheduler.Jobs.Search;

namespace Scheduler.Jobs.Bulk;

/// <summary>What a bulk operation does with each job.</summary>
internal static class BulkActions
{
    public const string Requeue = "requeue";
    public const string Delete = "delete";
    public const string Cancel = "cancel";

    /// <summary>Takes a delete back.</summary>
    public const string Undo = "undo";

    /// <summary>Those that a caller may ask for with a filter.</summary>
    public static readonly IReadOnlyList<string> WithFilter = [Requeue, Delete, Cancel];
}

/// <summary>What a caller asks for.</summary>
/// <param name="Rate">Jobs a second; null = as fast as it goes.</param>
/// <param name="By">Who; null = nobody in particular.</param>
internal sealed record BulkRequest(string Action, JobFilter Filter, int? Rate, string? By);

/// <summary>One act on many jobs, on its way or ended.</summary>
/// <param name="State"><c>running</c>, <c>done</c> or <c>stopped</c>.</param>
/// <param name="Matched">Jobs counted at its beginning.</param>
/// <param name="IsWholeCount">False where the counting took too long: there are more.</param>
/// <param name="Position">Where the next step begins; none of the caller's business.</param>
/// <param name="Undoes">The operation that this one takes back.</param>
internal sealed record BulkOperation(
    string Id, string Action, string Filter, int? Rate, string State, long Matched, bool IsWholeCount, long Done, long Skipped, string? By,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string Position, string? Undoes, string? UndoneBy)
{
    public const string Running = "running";

    private static readonly TimeSpan UndoFor = TimeSpan.FromHours(24);

    /// <summary>Null where it cannot be taken back.</summary>
    public DateTimeOffset? UndoableUntil => Action == BulkActions.Delete && UndoneBy is null ? FinishedAt + UndoFor : null;
}
