using System.Net;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Scheduler.Jobs.Hosting;

/// <summary>Where this process finds its Redis.</summary>
/// <param name="ConnectionString">StackExchange.Redis's form; may hold a password, so it is never shown.</param>
/// <param name="IsEmbedded">True for the embedded server, in this process or in another one on this machine.</param>
/// <param name="Description">For people: where it is, without any secret.</param>
internal sealed record RedisAddress(string ConnectionString, bool IsEmbedded, string Description)
{
    /// <summary>Null where none is configured, which means the embedded server.</summary>
    public static RedisAddress? Configured(IConfiguration configuration)
    {
        var text = configuration.GetConnectionString("Redis");
        return string.IsNullOrWhiteSpace(text) ? null : new RedisAddress(text, IsEmbedded: false, Describe(RedisConnection.OptionsFor(text)));
    }

    /// <summary>The embedded server of a web host on this machine.</summary>
    public static RedisAddress EmbeddedAt(int port, string? description = null) =>
        new($"127.0.0.1:{port}", IsEmbedded: true, description ?? $"the web host's embedded server, 127.0.0.1:{port}");

    /// <summary>True where all servers are on this machine.</summary>
    public bool IsLoopback => RedisConnection.OptionsFor(ConnectionString).EndPoints.All(IsLocal);

    /// <summary>True where the connection carries a password.</summary>
    public bool HasCredentials => RedisConnection.OptionsFor(ConnectionString) is { Password.Length: > 0 };

    private static string Describe(ConfigurationOptions options) => string.Join(", ", options.EndPoints.Select(e => e switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        _ => e.ToString(),
    })) + (options.Ssl ? " (TLS)" : "");

    private static bool IsLocal(EndPoint endpoint) => endpoint switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        DnsEndPoint dns => dns.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };
}
