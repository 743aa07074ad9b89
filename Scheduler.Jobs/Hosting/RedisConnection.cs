using System.Net;
using Scheduler.Jobs.Transport;
using StackExchange.Redis;

namespace Scheduler.Jobs.Hosting;

/// <summary>Opens the process's one connection to Redis. What the connection string says wins over these settings, except where noted.</summary>
internal static class RedisConnection
{
    /// <summary>
    /// Never fails for an absent server: the host starts, commands fail at once instead of waiting in a backlog,
    /// and the connection comes by itself as soon as the server is there.
    /// </summary>
    public static ConnectionMultiplexer Open(RedisAddress address) => ConnectionMultiplexer.Connect(OptionsFor(address.ConnectionString));

    /// <summary>A connection of its own for one who lets the server hold up its answers for so long.</summary>
    public static async Task<IConnectionMultiplexer> OpenForWaitingAsync(RedisAddress address, TimeSpan wait)
    {
        var options = OptionsFor(address.ConnectionString);
        options.AsyncTimeout = (int)wait.TotalMilliseconds + 1_000;
        options.ClientName += ":replicas";
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <exception cref="ConfigurationException">The text is no connection string, or names no server.</exception>
    internal static ConfigurationOptions OptionsFor(string connectionString)
    {
        var options = Parse("connectTimeout=2000,syncTimeout=5000,asyncTimeout=5000,keepAlive=10,connectRetry=1," + connectionString);
        options.SetDefaultPorts();
        // These are not the caller's to choose: the host's promises rest on them.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new ExponentialRetry(deltaBackOffMilliseconds: 250, maxDeltaBackOffMilliseconds: 2_000);
        options.IncludeDetailInExceptions = false;
        // For INFO alone: which server it is, and what it does when it is full.
        options.AllowAdmin = true;
        options.Tunnel ??= new DirectTunnel(TimeSpan.FromMilliseconds(options.ConnectTimeout), options.TcpKeepAlive);
        options.ClientName ??= $"scheduler:{Environment.MachineName}:{Environment.ProcessId}";
        return options;
    }

    private static ConfigurationOptions Parse(string text)
    {
        try
        {
            var options = ConfigurationOptions.Parse(text);
            return options.EndPoints.Count > 0 && options.EndPoints.All(NamesAServer)
                ? options
                : throw new ConfigurationException("ConnectionStrings:Redis names no server; write host:port first, for example redis.example.org:6379,password=...");
        }
        catch (Exception ex) when (ex is ArgumentException or FormatException)
        {
            // The parser's words may quote the text, and the text may hold a password.
            throw new ConfigurationException("ConnectionStrings:Redis is not a StackExchange.Redis connection string; write host:port,option=value,..., for example redis.example.org:6379,ssl=true,password=...", ex);
        }
    }

    /// <summary>The parser takes any text for a host name, a misspelled option too.</summary>
    internal static bool NamesAServer(EndPoint endpoint) => endpoint is not DnsEndPoint dns || Uri.CheckHostName(dns.Host) != UriHostNameType.Unknown;
}
