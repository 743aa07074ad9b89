using System.Net;
using System.Net.Sockets;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Gives the addresses of a host name; tests put their own in its place.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>Thrown where a host has an address that <see cref="AddressGuard"/> refuses. It does not say which: that is nobody's business.</summary>
internal sealed class AddressRefusedException(string host)
    : Exception($"{host} does not have a public address, and only those may be called (Scheduler:Http:AllowPrivateNetworks)");

/// <summary>
/// Opens the connections of <c>http.request</c>. Checks every address of the host and connects to one of exactly those, so a name
/// that resolves differently a moment later gains nothing.
/// </summary>
internal sealed class GuardedConnector(HostResolver resolve, Func<IPAddress, bool> isAllowed)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (!addresses.All(isAllowed))
            throw new AddressRefusedException(host);
        return await ConnectToAnyAsync(addresses, port, cancellationToken);
    }

    private static async Task<Stream> ConnectToAnyAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException problem)
            {
                socket.Dispose();
                last = problem;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last!;
    }
}
