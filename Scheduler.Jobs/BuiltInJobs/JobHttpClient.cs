using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>
/// The HTTP client of <c>http.request</c>: no redirects, proxy, cookies or decompression of its own, and no connection that
/// <see cref="GuardedConnector"/> did not open.
/// </summary>
internal sealed class JobHttpClient : IDisposable
{
    private readonly HttpClient client;

    public JobHttpClient(IOptions<HttpJobOptions> options, IHostEnvironment environment)
        : this(Dns.GetHostAddressesAsync, (options.Value.AllowPrivateNetworks ?? environment.IsDevelopment()) ? static _ => true : AddressGuard.IsPublic)
    {
    }

    internal JobHttpClient(HostResolver resolve, Func<IPAddress, bool> isAllowed)
    {
        var connector = new GuardedConnector(resolve, isAllowed);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // A pooled connection keeps the address it was opened to; a host that moves is followed within a minute.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 * 1024,
            ConnectCallback = connector.ConnectAsync,
        };
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Scheduler");
    }

    /// <summary>Returns as soon as the headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => client.Dispose();
}
