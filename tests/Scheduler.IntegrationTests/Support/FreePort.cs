using System.Net;
using System.Net.Sockets;

namespace Scheduler.IntegrationTests.Support;

/// <summary>A port that nobody listens on at this moment.</summary>
public static class FreePort
{
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
