using Scheduler.Jobs.Events;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Streaming;

/// <summary>The filter of a hub call; every member may be left out.</summary>
internal sealed record HubFilter
{
    public IReadOnlyList<string>? JobId { get; init; }
    public IReadOnlyList<string>? Type { get; init; }
    public IReadOnlyList<string>? Queue { get; init; }
    public IReadOnlyList<string>? Tag { get; init; }
    public IReadOnlyList<string>? RecurringId { get; init; }
    public IReadOnlyList<string>? Event { get; init; }

    public (EventFilter Filter, ApiProblem? Refused) Read() => EventFilters.From(name => name switch
    {
        "jobId" => JobId,
        "type" => Type,
        "queue" => Queue,
        "tag" => Tag,
        "recurringId" => RecurringId,
        _ => Event,
    } ?? []);
}
