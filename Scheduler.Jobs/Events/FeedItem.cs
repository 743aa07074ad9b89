namespace Scheduler.Jobs.Events;

/// <summary>What a subscriber receives.</summary>
internal abstract record FeedItem
{
    public sealed record Event(JobEvent Value) : FeedItem;

    /// <summary>Events between these were trimmed, or the id asked for is of another epoch or beyond the newest.</summary>
    public sealed record Gap(EventId From, EventId OldestKept) : FeedItem;
}
