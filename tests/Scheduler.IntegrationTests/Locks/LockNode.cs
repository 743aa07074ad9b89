using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Locks;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>One process's view of the locks: a connection and an owner of its own.</summary>
internal sealed class LockNode : IAsyncDisposable
{
    private LockNode(ConnectionMultiplexer connection, RedisClient redis, NamedLocks locks) => (Connection, Redis, Locks) = (connection, redis, locks);

    public ConnectionMultiplexer Connection { get; }

    public RedisClient Redis { get; }

    public NamedLocks Locks { get; }

    public static async Task<LockNode> ConnectAsync(string server, string prefix, TimeSpan? expiry = null, params string[] endpoints)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(server);
        var redis = new RedisClient(connection, Options.Create(new SchedulerOptions { Prefix = prefix }));
        var options = new LocksOptions { Expiry = expiry ?? TimeSpan.FromSeconds(20), CheckEvery = TimeSpan.FromMilliseconds(100), Endpoints = endpoints };
        return new LockNode(connection, redis, new NamedLocks(redis, Options.Create(options), TimeProvider.System, NullLogger<NamedLocks>.Instance));
    }

    public string KeyOf(string resource) => string.Format(null, Redis.Keys.RedlockFormat, resource);

    public async ValueTask DisposeAsync()
    {
        await Locks.DisposeAsync();
        await Connection.DisposeAsync();
    }
}

internal static class LostTokens
{
    /// <summary>True as soon as the token has fired, false when it has not within the limit.</summary>
    public static async Task<bool> FiresAsync(this CancellationToken token, TimeSpan limit)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(fired.SetResult);
        return await Task.WhenAny(fired.Task, Task.Delay(limit, TestContext.Current.CancellationToken)) == fired.Task;
    }
}
