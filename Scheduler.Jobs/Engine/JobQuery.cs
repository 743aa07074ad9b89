using Scheduler.Jobs.Search;

namespace Scheduler.Jobs.Engine;

/// <summary>A page of jobs, newest first.</summary>
/// <param name="Cursor">As the page before gave it; null = from the newest.</param>
internal sealed record JobQuery(JobFilter Filter, int Limit, string? Cursor)
{
    public JobQuery(string? state, string? queue, string? type, string? tag, string? recurringId, int limit, string? cursor)
        : this(new JobFilter { State = state, Queue = queue, Type = type, Tags = tag is null ? [] : [tag], RecurringId = recurringId }, limit, cursor) { }
}

/// <param name="NextCursor">Null where nothing more can follow. A page may be short, even empty, and still have a next one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>True where the time of one call was over before the page was full.</summary>
    public bool IsPartial { get; init; }
}
