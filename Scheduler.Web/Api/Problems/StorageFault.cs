using StackExchange.Redis;

namespace Scheduler.Web.Api.Problems;

/// <summary>Tells a store that is away, full or not writable from a defect of ours.</summary>
internal static class StorageFault
{
    /// <summary>The first words of Redis's errors that pass by themselves or by an operator's hand; scripts repeat them inside their own message.</summary>
    private static readonly string[] PassingErrors =
    [
        "OOM ", "LOADING ", "READONLY ", "MISCONF ", "MASTERDOWN ", "CLUSTERDOWN ", "NOREPLICAS ", "TRYAGAIN ", "BUSY ",
        "NOAUTH ", "NOPERM ", "WRONGPASS ", "max number of clients",
    ];

    public static bool Is(Exception exception) => exception switch
    {
        StorageTooSlowException or RedisConnectionException or RedisTimeoutException or RedisCommandException => true,
        RedisServerException e => PassingErrors.Any(word => e.Message.Contains(word, StringComparison.Ordinal)),
        // A store's own word that it could not take the request.
        RedisException e => e.GetType() == typeof(RedisException),
        // The connection of a host that is going down.
        ObjectDisposedException e => e.ObjectName.Contains("Multiplexer", StringComparison.Ordinal),
        AggregateException e => e.InnerExceptions.Any(Is),
        _ => false,
    };
}

/// <summary>The store did not answer within the time a caller should wait for it; what was asked may still happen.</summary>
internal sealed class StorageTooSlowException() : Exception("The store did not answer in time.");
