using Microsoft.AspNetCore.Http.Features;
using Scheduler.Jobs.Events;

namespace Scheduler.Web.Streaming;

/// <summary>Sends a subscription as server-sent events, until the client goes, stops reading, the API keys change, or the host stops.</summary>
internal sealed class EventStreamResult(EventSubscription subscription, IHostApplicationLifetime host, TimeProvider time, CancellationToken keysChanged) : IResult
{
    // The contract says 15 s at least; a third is left for a busy network.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var open = subscription;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, host.ApplicationStopping, keysChanged);
        Begin(httpContext);
        var writer = new EventStreamWriter(httpContext.Response.BodyWriter, time);
        try
        {
            writer.WriteComment("connected");
            var isThere = await writer.FlushAsync(ending.Token);
            while (isThere)
                isThere = await SendNextAsync(writer, ending.Token);
            httpContext.Abort();
        }
        catch (OperationCanceledException)
        {
            await SayGoodbyeAsync(writer, httpContext);
        }
    }

    private static void Begin(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        // Reverse proxies of the nginx family hold back what they buffer.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private async Task<bool> SendNextAsync(EventStreamWriter writer, CancellationToken cancellationToken)
    {
        var items = await subscription.ReadAsync(Heartbeat, cancellationToken);
        if (items.Count == 0)
            writer.WriteComment("heartbeat");
        foreach (var item in items)
        {
            writer.Write(StreamedEvent.From(item));
            if (writer.IsFull && !await writer.FlushAsync(cancellationToken))
                return false;
        }
        return await writer.FlushAsync(cancellationToken);
    }

    // Spread out, so that the clients of a node that stops do not come all at once to the next.
    private async Task SayGoodbyeAsync(EventStreamWriter writer, HttpContext context)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return;
        writer.WriteRetry(TimeSpan.FromMilliseconds(Random.Shared.Next(1000, 3000)));
        await writer.FlushAsync(context.RequestAborted);
    }
}
