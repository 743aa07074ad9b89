namespace Scheduler.Jobs.Hosting;

/// <summary>What an acknowledged change survives, as far as the server tells: the level reached, never the one wished for.</summary>
internal sealed class ServerDurability(RedisAddress address)
{
    /// <summary>In the server's memory only: gone with its process.</summary>
    public const string Memory = "memory";

    /// <summary>In a file of the server: survives a kill of its process; a power cut takes the last second.</summary>
    public const string Local = "local";

    /// <summary>Forced to the server's disk before the answer: survives a power cut.</summary>
    public const string Fsync = "fsync";

    /// <summary>Confirmed by as many replicas as are asked for, beside what the server itself does: survives the loss of the primary.</summary>
    public const string Replicated = "replicated";

    private volatile string? level = address.IsEmbedded ? Local : null;

    /// <summary>Null where the server does not tell.</summary>
    public string? Level => level;

    public void Learn(ServerFacts facts)
    {
        if (!address.IsEmbedded)
            level = LevelOf(facts);
    }

    internal static string? LevelOf(ServerFacts facts) => facts switch
    {
        { AppendOnly: false } => Memory,
        { AppendOnly: true, Fsync: "always" } => Fsync,
        { AppendOnly: true } => Local,
        _ => null,
    };
}
