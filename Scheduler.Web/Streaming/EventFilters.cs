using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Events;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using EventId = Scheduler.Jobs.Events.EventId;

namespace Scheduler.Web.Streaming;

/// <summary>Reads a client's filter and place, from a query or from a hub call: one set of rules for both.</summary>
internal static class EventFilters
{
    /// <summary>A filter is compared with every event: this bounds what one client costs.</summary>
    private const int MaxValues = 100;

    private static readonly string[] Fields = ["jobId", "type", "queue", "tag", "recurringId", "event"];
    private static readonly string EventRule = "must be one of " + string.Join(", ", EventNames.All);

    /// <summary>The filter of a query string; a misspelled parameter is refused, since it would silently let everything pass.</summary>
    public static (EventFilter Filter, ApiProblem? Refused) FromQuery(IQueryCollection query)
    {
        var values = new QueryValues(query);
        values.RefuseOthers([.. Fields, "after"]);
        var (filter, refused) = From(name => [.. query[name].OfType<string>().Where(v => v.Length > 0)]);
        return (filter, values.Refused ?? refused);
    }

    public static (EventFilter Filter, ApiProblem? Refused) From(Func<string, IReadOnlyList<string>> valuesOf)
    {
        var filter = new EventFilter
        {
            JobIds = valuesOf("jobId"),
            Types = valuesOf("type"),
            Queues = valuesOf("queue"),
            Tags = valuesOf("tag"),
            RecurringIds = valuesOf("recurringId"),
            Events = valuesOf("event"),
        };
        var crowded = Fields.FirstOrDefault(name => valuesOf(name).Count > MaxValues);
        return (filter, crowded is not null ? Problem.InvalidQuery(crowded, $"may be given {MaxValues} times at most") : Check(filter));
    }

    private static ApiProblem? Check(EventFilter filter) =>
        !filter.Events.All(EventNames.All.Contains) ? Problem.InvalidQuery("event", EventRule)
        : !filter.Queues.All(Names.IsQueue) ? Problem.InvalidQuery("queue", Names.QueueRule)
        : null;

    /// <summary>Null and no problem where the client names no place. The header wins: a browser sends it when it comes again.</summary>
    public static (EventId? After, ApiProblem? Refused) PlaceOf(HttpRequest request)
    {
        var header = request.Headers["Last-Event-ID"].ToString();
        return header.Length > 0 ? Place(header) : request.Query.TryGetValue("after", out var after) ? Place(after) : (null, null);
    }

    public static (EventId? After, ApiProblem? Refused) Place(string? text) =>
        EventId.TryParse(text, out var id)
            ? (id, null)
            : (null, new ApiProblem(400, ProblemCodes.InvalidEventId, "The event id is malformed.", "An event id is epoch-sequence, for example 1764000000-4711, as the stream sent it."));
}
