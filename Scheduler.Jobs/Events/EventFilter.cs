namespace Scheduler.Jobs.Events;

/// <summary>
/// Which events a client wants: within one list any value will do, and every list that is not empty must agree.
/// An empty list means any; <see cref="Events"/> empty means the three completions.
/// </summary>
internal sealed record EventFilter
{
    public IReadOnlyList<string> JobIds { get; init; } = [];
    public IReadOnlyList<string> Types { get; init; } = [];
    public IReadOnlyList<string> Queues { get; init; } = [];
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyList<string> RecurringIds { get; init; } = [];
    public IReadOnlyList<string> Events { get; init; } = [];

    public bool Matches(JobEvent happened) =>
        (Events.Count == 0 ? EventNames.IsCompletion(happened.Name) : Events.Contains(happened.Name))
        && Allows(JobIds, happened.JobId)
        && Allows(Types, happened.Type)
        && Allows(Queues, happened.Queue)
        && Allows(RecurringIds, happened.RecurringId)
        && (Tags.Count == 0 || happened.Tags.Any(Tags.Contains));

    private static bool Allows(IReadOnlyList<string> wanted, string? value) =>
        wanted.Count == 0 || (value is not null && wanted.Contains(value));
}
