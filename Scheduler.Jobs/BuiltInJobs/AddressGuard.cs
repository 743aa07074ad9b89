using System.Net;
using System.Net.Sockets;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>
/// Tells addresses of the public internet from all others: a job's URL comes from a caller, and must not reach the worker's own
/// network. What is not known to be public is refused. A NAT64 prefix that a network chose for itself cannot be recognised:
/// there, an egress rule has to do it.
/// </summary>
internal static class AddressGuard
{
    private static readonly IPNetwork[] DeniedV4 = Parse(
        "0.0.0.0/8",        // "this host": Linux connects it to itself
        "10.0.0.0/8",       // private
        "100.64.0.0/10",    // carrier-grade NAT, and a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",      // loopback
        "168.63.129.16/32", // a cloud platform's host agent, on an address that looks public
        "169.254.0.0/16",   // link-local, and most clouds' metadata
        "172.16.0.0/12",    // private
        "192.0.0.0/24",     // protocol assignments
        "192.0.2.0/24",     // documentation
        "192.88.99.0/24",   // 6to4 relays
        "192.168.0.0/16",   // private
        "198.18.0.0/15",    // benchmarks
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",   // documentation
        "224.0.0.0/4",      // multicast
        "240.0.0.0/4");     // reserved, and broadcast

    // Only 2000::/3 is handed out; these parts of it are not, or carry an IPv4 address inside.
    private static readonly IPNetwork[] DeniedV6 = Parse(
        "2001::/23",        // protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",    // documentation
        "2002::/16",        // 6to4
        "3fff::/20",        // documentation
        "3ffe::/16");       // the former 6bone

    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !DeniedV4.Any(n => n.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return false;
        if (address.IsIPv4MappedToIPv6)
            return IsPublic(address.MapToIPv4());
        // The well-known prefix is how a host with IPv6 only reaches every IPv4 address, public ones included.
        if (Nat64.Contains(address))
            return IsPublic(EmbeddedV4(address));
        return Global.Contains(address) && !DeniedV6.Any(n => n.Contains(address)) && !IsPrivateIsatap(address);
    }

    // ISATAP ends in 0000:5efe or 0200:5efe and an IPv4 address, under any prefix.
    private static bool IsPrivateIsatap(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe && !IsPublic(EmbeddedV4(address));
    }

    private static IPAddress EmbeddedV4(IPAddress address) => new(address.GetAddressBytes().AsSpan(12));

    private static IPNetwork[] Parse(params string[] networks) => [.. networks.Select(n => IPNetwork.Parse(n))];
}
