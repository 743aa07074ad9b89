using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using Scheduler.Jobs.Events;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Streaming;

/// <summary>The event stream over SignalR, at <c>/hubs/jobs</c>.</summary>
internal sealed class JobsHub(EventFeed feed, ApiKeyStore keys, IHostApplicationLifetime host) : Hub
{
    public const string Path = "/hubs/jobs";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A connection ends when the keys change; its client connects again, if it still may.</summary>
    public override Task OnConnectedAsync()
    {
        var changed = keys.Changed.Register(Context.Abort);
        Context.ConnectionAborted.Register(() => changed.Dispose());
        if (!keys.StillKnows(Context.User!))
            Context.Abort();
        return base.OnConnectedAsync();
    }

    /// <summary>Streams the objects of <c>GET /api/v1/events</c>. <paramref name="after"/>: the last id received; null = from now on.</summary>
    public async IAsyncEnumerable<StreamedEvent> Subscribe(HubFilter? filter, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        using var subscription = await OpenAsync(filter ?? new HubFilter(), after, ending.Token);
        while (!ending.IsCancellationRequested)
        {
            foreach (var item in await ReadAsync(subscription, ending.Token))
                yield return StreamedEvent.From(item);
        }
    }

    private async Task<EventSubscription> OpenAsync(HubFilter filter, string? after, CancellationToken cancellationToken)
    {
        var (wanted, badFilter) = filter.Read();
        var (place, badPlace) = after is null ? (null, null) : EventFilters.Place(after);
        if ((badPlace ?? badFilter) is { } refused)
            throw new HubException($"{refused.Code}: {refused.Detail}");
        try
        {
            return await EventStreamEndpoint.OpenAsync(feed, wanted, place, cancellationToken);
        }
        catch (Exception outage) when (StorageFault.Is(outage))
        {
            throw new HubException($"{ProblemCodes.StorageUnavailable}: the scheduler's storage cannot be reached; subscribe again in a moment.");
        }
    }

    // A stream that ends because the client or the host goes is no error.
    private static async Task<IReadOnlyList<FeedItem>> ReadAsync(EventSubscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            return await subscription.ReadAsync(Patience, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }
}
