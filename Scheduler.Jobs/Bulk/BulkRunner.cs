using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using StackExchange.Redis;

namespace Scheduler.Jobs.Bulk;

/// <summary>
/// Takes the steps of bulk operations. Every node may: an operation's position is in Redis, and a step that begins anywhere else writes
/// nothing. A node that dies leaves its operation to another after the lease.
/// </summary>
internal sealed partial class BulkRunner(RedisClient redis, JobReader jobs, BulkSignal signal, TimeProvider time, ILogger<BulkRunner> logger) : BackgroundService
{
    private const int MaxStep = 200;

    /// <summary>Steps a second of a paced operation.</summary>
    private const int StepsPerSecond = 5;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    // Who begins an operation takes its steps; another node is needed only when that one dies.
    private static readonly TimeSpan LookWhereNoneIsOpen = TimeSpan.FromSeconds(10);

    private static readonly RedisScript TakeBulk = RedisScript.Load("take_bulk");
    private static readonly RedisScript StepBulk = RedisScript.Load("step_bulk");

    private readonly string node = JobId.New(time);
    private readonly JobSearch search = new(redis, jobs, time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = await TryStepAsync(stoppingToken);
            if (wait > TimeSpan.Zero)
                await signal.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task<TimeSpan> TryStepAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await StepAsync(cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogSkipped(e.Message);
            return LookAgain;
        }
    }

    /// <summary>Takes one step of one operation; gives how long to wait for the next.</summary>
    internal async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        if (!await redis.Database.KeyExistsAsync(redis.Keys.OpenBulks).WaitAsync(cancellationToken))
            return LookWhereNoneIsOpen;
        // crash point 1: leased and nothing done; another node takes it when the lease is over
        var taken = await TakeBulk.RunAsync(redis, [], [node, (long)Lease.TotalMilliseconds]).WaitAsync(cancellationToken);
        if (taken.Length == 1)
            return (long)taken[0] < 0 ? LookAgain : TimeSpan.FromMilliseconds(Math.Clamp((long)taken[0], 1, (long)LookAgain.TotalMilliseconds));
        if (BulkStore.Read((string)taken[0]!, RedisScript.EntriesOf(taken[1])) is not { } operation)
            return LookAgain;
        var (targets, next) = await NextAsync(operation, cancellationToken);
        // crash point 2: jobs chosen and nothing done; the same
        RedisValue[] arguments = [operation.Id, operation.Position, next ?? "", operation.Action, operation.Rate ?? 0, operation.Undoes ?? "", .. targets];
        var done = await StepBulk.RunAsync(redis, [], arguments).WaitAsync(cancellationToken);
        // crash point 3: done and the position moved on, in one
        if (next is null && (long)done[0] >= 0)
            LogEnded(operation.Id, operation.Action, operation.Done + (long)done[0]);
        return TimeSpan.Zero;
    }

    private Task<(IReadOnlyList<RedisValue> Targets, string? Next)> NextAsync(BulkOperation operation, CancellationToken cancellationToken)
    {
        var size = operation.Rate is { } rate ? Math.Clamp(rate / StepsPerSecond, 1, MaxStep) : MaxStep;
        return operation.Undoes is { } source ? NextToUndoAsync(source, operation.Position, size, cancellationToken) : NextOfFilterAsync(operation, size, cancellationToken);
    }

    private async Task<(IReadOnlyList<RedisValue> Targets, string? Next)> NextOfFilterAsync(BulkOperation operation, int size, CancellationToken cancellationToken)
    {
        var filter = FilterText.Parse(operation.Filter, time.GetUtcNow(), out _);
        var page = await search.FindAsync(new JobQuery(filter, size, operation.Position == "start" ? null : operation.Position), cancellationToken);
        return ([.. page.Items.SelectMany(id => new RedisValue[] { id, filter.State ?? "" })], page.NextCursor);
    }

    private async Task<(IReadOnlyList<RedisValue> Targets, string? Next)> NextToUndoAsync(string source, string position, int size, CancellationToken cancellationToken)
    {
        var from = position == "start" ? 0 : int.Parse(position, System.Globalization.CultureInfo.InvariantCulture);
        var lines = await redis.ListRangeAsync(redis.Keys.BulkUndo(source), from, from + size - 1).WaitAsync(cancellationToken);
        var targets = lines.SelectMany(line => line.ToString().Split(' ')).Select(text => (RedisValue)text);
        return ([.. targets], lines.Length < size ? null : $"{from + size}");
    }

    [LoggerMessage(1400, LogLevel.Information, "Bulk operation {BulkId} ({Action}) ended: {Done} jobs.")]
    private partial void LogEnded(string bulkId, string action, long done);

    [LoggerMessage(1401, LogLevel.Debug, "No step of a bulk operation, Redis does not answer: {Reason}")]
    private partial void LogSkipped(string reason);
}
