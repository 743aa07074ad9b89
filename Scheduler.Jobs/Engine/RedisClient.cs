using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Search;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>The connection and the keys of one scheduler. Every store talks through it.</summary>
internal sealed class RedisClient
{
    private static readonly object[] ScriptFlagsProbe = ["#!lua flags=no-writes\nreturn 1", 0];

    private readonly IConnectionMultiplexer connection;
    private readonly DurableAcknowledgement acknowledgement;
    private readonly Lock gate = new();
    private volatile ServerKind kind;
    private volatile IndexState indexes = IndexState.Off;
    private Task<ServerKind>? asking;
    private int reconnects;

    public RedisClient(IConnectionMultiplexer connection, IOptions<SchedulerOptions> options)
    {
        this.connection = connection;
        acknowledgement = new DurableAcknowledgement(() => Database);
        Keys = new RedisKeys(options.Value.Prefix);
        // Another server, or another version, may answer after a reconnect.
        connection.ConnectionRestored += (_, _) =>
        {
            Interlocked.Increment(ref reconnects);
            kind = ServerKind.Unknown;
        };
    }

    public RedisKeys Keys { get; }

    /// <summary>The optional indexes of the search: read at the first script of a connection, and by <see cref="IndexKeeper"/> from then on.</summary>
    public IndexState Indexes
    {
        get => indexes;
        set => indexes = value;
    }

    public IDatabase Database => connection.GetDatabase();

    public ISubscriber Subscriber => connection.GetSubscriber();

    public IConnectionMultiplexer Connection => connection;

    /// <summary>The server that answers now, as far as it is known; asked once for each connection.</summary>
    public ServerKind KnownKind => kind;

    /// <summary>
    /// Asks which server answers. Whoever asks meanwhile shares the question, and no thread waits for it: a server that is
    /// slow to answer must not hold up those who would rather give up.
    /// </summary>
    public Task<ServerKind> AskKindAsync()
    {
        lock (gate)
            return asking = asking is { IsCompleted: false } ? asking : AskAsync(reconnects);
    }

    /// <summary>The server that answers now; asked where it is not known.</summary>
    public ValueTask<ServerKind> KindAsync() => kind != ServerKind.Unknown ? new(kind) : new(AskKindAsync());

    /// <summary>The server's clock: a command of its own, whose answer takes no time to make.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        var clock = await Database.ExecuteAsync("TIME").WaitAsync(cancellationToken);
        return DateTimeOffset.UnixEpoch.AddSeconds((long)clock[0]).AddTicks((long)clock[1] * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>For synchronous callers; a server that does not answer throws, as the script itself would.</summary>
    public ServerKind AskKind()
    {
        if (kind != ServerKind.Unknown)
            return kind;
        indexes = ReadIndexes();
        kind = Accepts("EVAL", ScriptFlagsProbe) ? ServerKind.ScriptFlags
            : Accepts(DurableAcknowledgement.Command) ? ServerKind.Embedded
            : ServerKind.Plain;
        return kind;
    }

    /// <summary>Completes when all that was answered so far survives a kill of the embedded server.</summary>
    public Task CommitAsync() => acknowledgement.CommitAsync();

    private async Task<ServerKind> AskAsync(int connection)
    {
        indexes = await ReadIndexesAsync();
        var answer = await AcceptsAsync("EVAL", ScriptFlagsProbe) ? ServerKind.ScriptFlags
            : await AcceptsAsync(DurableAcknowledgement.Command) ? ServerKind.Embedded
            : ServerKind.Plain;
        // After a reconnect meanwhile nobody knows who has answered.
        if (connection == Volatile.Read(ref reconnects))
            kind = answer;
        return answer;
    }

    // A value of a foreign type there: none is on. A plain read on every server: it comes before the first script.
    private async Task<IndexState> ReadIndexesAsync()
    {
        try
        {
            return IndexState.Read(await Database.HashGetAllAsync(Keys.SearchIndexes));
        }
        catch (RedisServerException refusal) when (!RedisTrouble.IsOutage(refusal))
        {
            return IndexState.Off;
        }
    }

    private IndexState ReadIndexes()
    {
        try
        {
            return IndexState.Read(Database.HashGetAll(Keys.SearchIndexes));
        }
        catch (RedisServerException refusal) when (!RedisTrouble.IsOutage(refusal))
        {
            return IndexState.Off;
        }
    }

    // A server that still loads its data refuses everything, and would be taken for an old one for as long as it is connected.
    private async Task<bool> AcceptsAsync(string command, params object[] arguments)
    {
        try
        {
            await Database.ExecuteAsync(command, arguments);
            return true;
        }
        catch (RedisServerException refusal) when (!RedisTrouble.IsOutage(refusal))
        {
            return false;
        }
    }

    private bool Accepts(string command, params object[] arguments)
    {
        try
        {
            Database.Execute(command, arguments);
            return true;
        }
        catch (RedisServerException refusal) when (!RedisTrouble.IsOutage(refusal))
        {
            return false;
        }
    }
}

/// <summary>What the server can do, as far as scripts are concerned.</summary>
internal enum ServerKind
{
    Unknown,

    /// <summary>Redis 7 or newer: scripts may start with a <c>#!lua</c> line.</summary>
    ScriptFlags,

    /// <summary>The embedded server, whose answer does not yet mean that a killed server still knows: see <see cref="RedisClient.CommitAsync"/>.</summary>
    Embedded,

    /// <summary>An older Redis.</summary>
    Plain,
}
