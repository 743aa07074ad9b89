using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// Waits until replicas have an accepted job. WAIT counts what its own connection has written and holds up everything behind it, so
/// this has a connection of its own, on which a mark is written behind the jobs. One round runs at a time; who comes meanwhile shares the next.
/// </summary>
/// <remarks>
/// Never fails and never takes an acceptance back: a job that is not confirmed is accepted all the same, and the answer says less.
/// A failover between acceptance and round is seen by asking the server that will be waited for whether it has the job; a connection
/// that breaks within the round by the connection's id, which a new one does not share.
/// </remarks>
internal sealed partial class ReplicaConfirmation(
    RedisAddress address, IOptions<SchedulerOptions> scheduler, IOptions<DurabilityOptions> options, TimeProvider time, ILogger<ReplicaConfirmation> logger) : IAsyncDisposable
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);

    private static readonly RedisScript ConfirmJobs = RedisScript.Load("confirm_jobs");

    private readonly Lock gate = new();
    private Task<RedisClient>? connecting;
    private Task running = Task.CompletedTask;
    private Round? next;
    private long lastLog;

    /// <summary>True where answers wait for replicas.</summary>
    public bool IsAsked { get; } = options.Value.Level == DurabilityLevel.Replicated;

    /// <summary>True when as many replicas as configured have the job. Waits for two rounds at most, the running one and its own.</summary>
    public Task<bool> ReachedAsync(string jobId)
    {
        lock (gate)
        {
            next ??= new Round();
            next.Jobs.Add(jobId);
            if (next.Jobs.Count == 1)
                running = next.Result = ConfirmAfterAsync(running, next);
            return IsConfirmedAsync(next.Result, jobId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connecting is { IsCompletedSuccessfully: true })
            await (await connecting).Connection.DisposeAsync();
    }

    private static async Task<bool> IsConfirmedAsync(Task<IReadOnlySet<string>> round, string jobId) => (await round).Contains(jobId);

    private async Task<IReadOnlySet<string>> ConfirmAfterAsync(Task previous, Round round)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
            next = null;
        try
        {
            return await ConfirmAsync([.. round.Jobs]);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            LogSometimes(e.Message);
            return new HashSet<string>();
        }
    }

    private async Task<IReadOnlySet<string>> ConfirmAsync(IReadOnlyList<string> jobs)
    {
        var redis = await ConnectAsync();
        var before = (long)await redis.Database.ExecuteAsync("CLIENT", "ID");
        var there = (long[])(await ConfirmJobs.RunAsync(redis, [], [.. jobs.Select(j => (RedisValue)j)]))!;
        var waiting = redis.Database.ExecuteAsync("WAIT", options.Value.Replicas, (long)options.Value.Timeout.TotalMilliseconds);
        var after = redis.Database.ExecuteAsync("CLIENT", "ID");
        var replicas = (int)await waiting;
        if ((long)await after != before)
            LogSometimes("the connection broke meanwhile");
        else if (replicas < options.Value.Replicas)
            LogSometimes($"{replicas} of {options.Value.Replicas} replicas answered in time");
        else
            return jobs.Where((_, i) => there[i] == 1).ToHashSet();
        return new HashSet<string>();
    }

    // Opened when it is first needed; comes back by itself afterwards.
    private Task<RedisClient> ConnectAsync()
    {
        lock (gate)
            return connecting = connecting is null or { IsFaulted: true } ? OpenAsync() : connecting;
    }

    private async Task<RedisClient> OpenAsync() => new(await RedisConnection.OpenForWaitingAsync(address, options.Value.Timeout), scheduler);

    private void LogSometimes(string reason)
    {
        if (lastLog != 0 && time.GetElapsedTime(lastLog) < LogEvery)
            return;
        lastLog = time.GetTimestamp();
        LogUnconfirmed(reason);
    }

    [LoggerMessage(1920, LogLevel.Warning, "Accepted jobs are not confirmed by replicas ({Reason}); answers say so in Scheduler-Durability")]
    private partial void LogUnconfirmed(string reason);

    private sealed class Round
    {
        public List<string> Jobs { get; } = [];

        public Task<IReadOnlySet<string>> Result { get; set; } = Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());
    }
}
