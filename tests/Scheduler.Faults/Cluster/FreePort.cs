using System.Net;
using System.Net.Sockets;

namespace Scheduler.Faults.Cluster;

internal static class FreePort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that nobody listens on at this moment, and that was not given before.</summary>
    public static int Next()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            lock (Given)
            {
                if (Given.Add(port))
                    return port;
            }
        }
    }
}
