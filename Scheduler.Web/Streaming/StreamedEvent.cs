using Scheduler.Jobs.Events;

namespace Scheduler.Web.Streaming;

/// <summary>One item of a stream.</summary>
/// <param name="Id">Resume after this one; null for a gap, which is no place in the log.</param>
/// <param name="Event">An event's name, or <c>gap</c>.</param>
/// <param name="Data"><see cref="EventData"/> or <see cref="GapData"/>.</param>
internal sealed record StreamedEvent(string? Id, string Event, object Data)
{
    public const string Gap = "gap";

    public static StreamedEvent From(FeedItem item) => item switch
    {
        FeedItem.Event happened => new(happened.Value.Id.ToString(), happened.Value.Name, EventData.From(happened.Value)),
        FeedItem.Gap gap => new(null, Gap, GapData.Of(gap)),
        _ => throw new InvalidOperationException($"A stream knows no {item.GetType().Name}."),
    };
}
