using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedLockNet;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Locks;

/// <summary>
/// Mutual exclusion by name across all processes, for job code; ask for it in a handler's constructor. Built on RedLock.net over the
/// scheduler's Redis or over several independent masters (<c>Scheduler:Locks:Endpoints</c>). On one Redis a lock is as safe as that
/// Redis is; a failover may lose it. Not re-entrant and not fair. The same names serve <see cref="Contracts.ExclusiveAttribute"/>.
/// </summary>
public sealed class NamedLocks : IAsyncDisposable
{
    /// <summary>The longest name of a resource.</summary>
    public const int MaxResourceLength = 200;

    private static readonly RedisScript TakeFence = RedisScript.Load("take_fence");
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TokenOutlives = TimeSpan.FromDays(1);
    private static readonly string ThisProcess = $"process {Environment.MachineName}:{Environment.ProcessId}";

    private readonly RedisClient redis;
    private readonly LocksOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<NamedLocks> logger;
    private readonly Lazy<Task<LockServers>> servers;

    internal NamedLocks(RedisClient redis, IOptions<LocksOptions> options, TimeProvider clock, ILogger<NamedLocks> logger)
    {
        (this.redis, this.options, this.clock, this.logger) = (redis, options.Value, clock, logger);
        servers = new Lazy<Task<LockServers>>(() => LockServers.ConnectAsync(redis, this.options.Endpoints));
    }

    /// <summary>Tries once. Null = somebody else holds it.</summary>
    /// <param name="resource">Any name of 1 to 200 characters.</param>
    /// <param name="maximumHold">After this time the lock is given up whatever its holder does, and <see cref="NamedLock.Lost"/> fires.</param>
    /// <exception cref="LockUnavailableException">Too few lock servers answered: it may or may not be free.</exception>
    public Task<NamedLock?> TryAcquireAsync(string resource, TimeSpan maximumHold, CancellationToken cancellationToken) =>
        TryAcquireAsync(resource, ThisProcess, maximumHold, cancellationToken);

    /// <param name="holder">Who asks, for people to see: <c>job {id}</c> or <c>process {host}:{pid}</c>.</param>
    internal async Task<NamedLock?> TryAcquireAsync(string resource, string holder, TimeSpan maximumHold, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(resource.Length, MaxResourceLength);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maximumHold, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();

        var connected = await servers.Value.WaitAsync(cancellationToken);
        var acquiredAt = clock.GetTimestamp();
        var redlock = await connected.TryLockAsync(resource, options.Expiry);
        if (redlock.IsAcquired)
            return await HoldAsync(connected, redlock, holder, acquiredAt, maximumHold);

        var isTaken = redlock.Status == RedLockStatus.Conflicted;
        await redlock.DisposeAsync();
        return isTaken ? null : throw new LockUnavailableException(resource);
    }

    /// <summary>Waits for the lock, looking again about every 200 ms. Null = it was not free within the time.</summary>
    /// <param name="resource">Any name of 1 to 200 characters.</param>
    /// <param name="maximumHold">After this time the lock is given up whatever its holder does, and <see cref="NamedLock.Lost"/> fires.</param>
    /// <param name="wait">How long to wait for it.</param>
    /// <exception cref="LockUnavailableException">Too few lock servers answered: it may or may not be free.</exception>
    public async Task<NamedLock?> AcquireAsync(string resource, TimeSpan maximumHold, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            if (await TryAcquireAsync(resource, maximumHold, cancellationToken) is { } held)
                return held;
            var left = wait - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return null;
            // Random, so that waiters that met once do not meet again.
            var pause = LookAgain * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(pause < left ? pause : left, clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (servers is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await servers.Value).DisposeAsync();
    }

    // crash point 1: the lock is taken without a token; it expires, and nobody has acted under it.
    // crash point 2: the token is taken; the next one's is larger.
    private async Task<NamedLock> HoldAsync(LockServers connected, IRedLock redlock, string holder, long acquiredAt, TimeSpan maximumHold)
    {
        try
        {
            var token = await TakeFenceAsync(redlock.Resource, holder, maximumHold);
            if (clock.GetElapsedTime(acquiredAt) >= LockWatch.Cautious(options.Expiry))
                throw new LockUnavailableException(redlock.Resource);
            var watch = new LockWatch(connected, options, clock, logger);
            return new NamedLock(redlock, token, (held, released) => watch.RunAsync(held, acquiredAt, maximumHold, released));
        }
        catch
        {
            await redlock.DisposeAsync();
            throw;
        }
    }

    private async Task<long> TakeFenceAsync(string resource, string holder, TimeSpan maximumHold)
    {
        try
        {
            var keep = (long)(maximumHold + TokenOutlives).TotalMilliseconds;
            return (long)await TakeFence.RunAsync(redis, [redis.Keys.Fence(resource), redis.Keys.LockHolder(resource)], [keep, holder]);
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            throw new LockUnavailableException(resource, problem);
        }
    }
}
