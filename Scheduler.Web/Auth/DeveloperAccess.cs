using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Scheduler.Web.Auth;

/// <summary>
/// Development without a key: only where the listener is bound to loopback and the client's own address is loopback.
/// A listener on every address that is reached through loopback does not count.
/// </summary>
internal sealed class DeveloperAccess(IHostEnvironment environment, IServer server)
{
    private readonly bool isDevelopment = environment.IsDevelopment();
    private FrozenDictionary<int, bool>? loopbackByPort;

    public bool IsGranted(HttpContext context)
    {
        var connection = context.Connection;
        return isDevelopment
            && connection.RemoteIpAddress is { } remote && IsLoopback(remote)
            && connection.LocalIpAddress is { } local && IsLoopback(local)
            && ListensOnLoopbackOnly(connection.LocalPort)
            && RequestOrigin.IsLocal(context.Request);
    }

    private bool ListensOnLoopbackOnly(int port)
    {
        // While the host starts, a listener may answer before the list names it.
        if (loopbackByPort?.ContainsKey(port) != true)
            loopbackByPort = ReadListeners();
        return loopbackByPort.GetValueOrDefault(port);
    }

    private FrozenDictionary<int, bool> ReadListeners() =>
        (server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            .Select(BindingAddress.Parse)
            .GroupBy(a => a.Port)
            .ToFrozenDictionary(g => g.Key, g => g.All(a => !a.IsUnixPipe && RequestOrigin.IsLoopbackName(a.Host)));

    private static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
