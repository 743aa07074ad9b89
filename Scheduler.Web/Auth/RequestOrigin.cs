using System.Net;

namespace Scheduler.Web.Auth;

/// <summary>Which page made a browser send a request: what a browser grants without asking must not work for another site's page.</summary>
internal static class RequestOrigin
{
    /// <summary>Reads may come by navigation, which sends no <c>Origin</c>; a change must come from our own page.</summary>
    public static bool MayUseSession(HttpRequest request) =>
        IsOwn(request) ?? (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

    /// <summary>No foreign page, and not through a foreign name that was made to resolve to loopback.</summary>
    public static bool IsLocal(HttpRequest request) => (IsOwn(request) ?? true) && IsLoopbackName(request.Host.Host);

    public static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Null where the request names no origin.</summary>
    private static bool? IsOwn(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return null;
        // Not the scheme: behind a proxy that ends TLS ours is http while the page's is https.
        return Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
