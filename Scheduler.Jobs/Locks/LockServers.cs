using System.Globalization;
using RedLockNet;
using RedLockNet.SERedis;
using RedLockNet.SERedis.Configuration;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Locks;

/// <summary>The Redis masters that hold the locks, and what RedLock.net keeps there: one key <c>redlock:{resource}</c> on each.</summary>
internal sealed class LockServers : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    // RedLock.net would pause and try again inside a call; whoever waits for a lock does so outside.
    private static readonly RedLockRetryConfiguration OneAttempt = new(retryCount: 1);

    private readonly IReadOnlyList<IConnectionMultiplexer> connections;
    private readonly bool ownsConnections;
    private readonly RedisClient main;
    private readonly RedLockFactory factory;

    private LockServers(RedisClient main, IReadOnlyList<IConnectionMultiplexer> connections, bool ownsConnections)
    {
        (this.main, this.connections, this.ownsConnections) = (main, connections, ownsConnections);
        var format = main.Keys.RedlockFormat;
        factory = RedLockFactory.Create([.. connections.Select(c => new RedLockMultiplexer(c) { RedisKeyFormat = format })], OneAttempt);
    }

    private int Quorum => (connections.Count / 2) + 1;

    public static async Task<LockServers> ConnectAsync(RedisClient main, IReadOnlyList<string> endpoints)
    {
        if (endpoints.Count == 0)
            return new LockServers(main, [main.Connection], ownsConnections: false);
        var connections = await Task.WhenAll(endpoints.Select(e => ConnectionMultiplexer.ConnectAsync(SettingsOf(e))));
        return new LockServers(main, connections, ownsConnections: true);
    }

    public Task<IRedLock> TryLockAsync(string resource, TimeSpan expiry) => factory.CreateLockAsync(resource, expiry);

    /// <summary>
    /// Asks every master who holds the lock, and the scheduler's Redis whether somebody took a later token. RedLock.net itself would not
    /// notice a loss: it writes a key that has vanished again, as if nobody could have held the lock in between.
    /// </summary>
    public async Task<LockAnswer> CheckAsync(string resource, string owner, long fence)
    {
        var key = (RedisKey)string.Format(CultureInfo.InvariantCulture, main.Keys.RedlockFormat, resource);
        var asked = connections.Select(c => AskAsync(c.GetDatabase(), key, owner)).ToList();
        var newest = await ReadAsync(main.Database, main.Keys.Fence(resource));
        var votes = await Task.WhenAll(asked);

        if (newest is { IsNull: false } && (long)newest > fence)
            return new LockAnswer.Lost("somebody took it over");
        var times = votes.OfType<Vote.Ours>().Select(v => v.Remaining).OrderDescending().ToList();
        var unsure = votes.Count(v => v is Vote.NoAnswer);
        if (times.Count + unsure < Quorum)
            return new LockAnswer.Lost(votes.Any(v => v is Vote.Others) ? "somebody else holds it" : "its key is gone");
        return newest is not null && times.Count >= Quorum ? new LockAnswer.Held(times[Quorum - 1]) : new LockAnswer.Unknown();
    }

    public async ValueTask DisposeAsync()
    {
        factory.Dispose();
        if (!ownsConnections)
            return;
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    private static async Task<Vote> AskAsync(IDatabase master, RedisKey key, string owner)
    {
        try
        {
            var (value, left) = (master.StringGetAsync(key, CommandFlags.DemandMaster), master.KeyTimeToLiveAsync(key, CommandFlags.DemandMaster));
            var (holder, remaining) = (await value, await left);
            return holder.IsNull ? new Vote.Nobody() : holder != owner ? new Vote.Others() : new Vote.Ours(remaining ?? TimeSpan.Zero);
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException or ObjectDisposedException)
        {
            return new Vote.NoAnswer();
        }
    }

    /// <summary>Null where there is no answer.</summary>
    private static async Task<RedisValue?> ReadAsync(IDatabase database, RedisKey key)
    {
        try
        {
            return await database.StringGetAsync(key, CommandFlags.DemandMaster);
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    // A master that is away must not hold up the others: it fails at once, and answers late ones count as none.
    private static ConfigurationOptions SettingsOf(string endpoint)
    {
        var settings = ConfigurationOptions.Parse(endpoint);
        settings.AbortOnConnectFail = false;
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ConnectTimeout = settings.SyncTimeout = settings.AsyncTimeout = (int)AnswerTime.TotalMilliseconds;
        return settings;
    }

    private abstract record Vote
    {
        public sealed record Ours(TimeSpan Remaining) : Vote;

        public sealed record Others : Vote;

        public sealed record Nobody : Vote;

        public sealed record NoAnswer : Vote;
    }
}
