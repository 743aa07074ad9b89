using Scheduler.Jobs.Events;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;
using EventId = Scheduler.Jobs.Events.EventId;

namespace Scheduler.Web.Streaming;

/// <summary><c>GET /api/v1/events</c>.</summary>
internal static class EventStreamEndpoint
{
    /// <summary>A stream begins only when the store has said where its log stands; no caller waits longer than this for that.</summary>
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(2);

    public static async Task<IResult> StreamAsync(HttpContext context, EventFeed feed, ApiKeyStore keys, IHostApplicationLifetime host, TimeProvider time)
    {
        var (filter, badFilter) = EventFilters.FromQuery(context.Request.Query);
        var (after, badPlace) = EventFilters.PlaceOf(context.Request);
        if ((badPlace ?? badFilter) is { } refused)
            return refused;
        var keysChanged = keys.Changed;
        if (!keys.StillKnows(context.User))
            return Results.Challenge();
        return new EventStreamResult(await OpenAsync(feed, filter, after, context.RequestAborted), host, time, keysChanged);
    }

    public static async Task<EventSubscription> OpenAsync(EventFeed feed, EventFilter filter, EventId? after, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OpenLimit);
        try
        {
            return await feed.OpenAsync(filter, after, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageTooSlowException();
        }
    }
}
