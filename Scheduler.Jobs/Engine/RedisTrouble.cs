using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Tells an outage, which passes, from a command that the server will refuse for ever.</summary>
internal static class RedisTrouble
{
    // How Redis starts a refusal that has nothing to do with the command itself.
    private static readonly string[] PassingRefusals =
        ["LOADING", "READONLY", "MISCONF", "OOM", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS", "NOAUTH", "NOSCRIPT"];

    public static bool IsOutage(Exception exception) => exception switch
    {
        RedisServerException server => PassingRefusals.Any(word => server.Message.Contains(word, StringComparison.Ordinal)),
        RedisException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The server will not take this command, however often it is sent.</summary>
    public static bool IsRefusal(Exception exception) => IsStoreFailure(exception) && !IsOutage(exception);

    /// <summary>Anything the store may answer instead of a reply.</summary>
    public static bool IsStoreFailure(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;
}
