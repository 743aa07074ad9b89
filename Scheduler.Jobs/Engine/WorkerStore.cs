using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <param name="Id"><c>host:pid:suffix</c>.</param>
/// <param name="Types">Job types it can run; null for a stock Hangfire server.</param>
internal sealed record WorkerRecord(
    string Id, string Host, IReadOnlyList<string> Queues, int Concurrency, int Running,
    DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, bool Draining, IReadOnlyList<string>? Types)
{
    /// <summary>What its operator says of it: zone, machine size...</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Its child processes at the heartbeat.</summary>
    public IReadOnlyList<WorkerChild> Children { get; init; } = [];
}

/// <summary>Worker processes announce themselves here and are told to drain.</summary>
internal sealed class WorkerStore(RedisClient redis)
{
    /// <summary>A worker that has been silent this long is taken from the list. Its jobs' leases run out on their own.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(30);

    private static readonly RedisScript AnnounceWorker = RedisScript.Load("announce_worker");
    private static readonly RedisScript DrainWorker = RedisScript.Load("drain_worker");
    private static readonly RedisScript RemoveWorkers = RedisScript.Load("remove_workers", allowOutOfMemory: true);

    public Task AnnounceAsync(WorkerRecord worker, CancellationToken cancellationToken) => HeartbeatAsync(worker, cancellationToken);

    /// <summary>True where somebody asked this worker to drain. Instants are Redis's: those of <paramref name="worker"/> are not sent.</summary>
    public async Task<bool> HeartbeatAsync(WorkerRecord worker, CancellationToken cancellationToken)
    {
        RedisValue[] fields =
        [
            "Host", worker.Host,
            "Queues", JsonSerializer.Serialize(worker.Queues),
            "WorkerCount", worker.Concurrency,
            "Running", worker.Running,
            "Types", JsonSerializer.Serialize(worker.Types ?? []),
            "Labels", JsonSerializer.Serialize(worker.Labels),
            "Children", JsonSerializer.Serialize(worker.Children),
            "State", worker.Draining ? "draining" : "running",
        ];
        return (int)await AnnounceWorker.RunAsync(redis, [], [worker.Id, .. fields]).WaitAsync(cancellationToken) == 1;
    }

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        RemoveWorkers.RunAsync(redis, [], [id, 0]).WaitAsync(cancellationToken);

    public Task RemoveSilentAsync(CancellationToken cancellationToken) =>
        RemoveWorkers.RunAsync(redis, [], ["", (long)SilentAfter.TotalMilliseconds]).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var ids = await redis.SetMembersAsync(redis.Keys.Servers).WaitAsync(cancellationToken);
        var hashes = await Task.WhenAll(ids.Select(id => redis.HashGetAllAsync(redis.Keys.Server(id!)))).WaitAsync(cancellationToken);
        return [.. ids.Select((id, i) => Read(id!, hashes[i])).OfType<WorkerRecord>().OrderBy(w => w.Id, StringComparer.Ordinal)];
    }

    /// <summary>False where no such worker lives. The worker stops claiming, finishes what runs, and stays until it is stopped.</summary>
    public async Task<bool> DrainAsync(string id, CancellationToken cancellationToken) =>
        (int)await DrainWorker.RunAsync(redis, [], [id]).WaitAsync(cancellationToken) == 1;

    private static WorkerRecord? Read(string id, HashEntry[] entries)
    {
        var fields = entries.ToDictionary(e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
        if (!fields.ContainsKey("Heartbeat") && !fields.ContainsKey("StartedAt"))
            return null;
        return new WorkerRecord(
            id,
            fields.GetValueOrDefault("Host") ?? id.Split(':')[0],
            List(fields.GetValueOrDefault("Queues")) ?? [],
            Number(fields, "WorkerCount"),
            Number(fields, "Running"),
            Instant(fields, "StartedAt"),
            Instant(fields, "Heartbeat"),
            fields.ContainsKey("Drain") || fields.GetValueOrDefault("State") == "draining",
            List(fields.GetValueOrDefault("Types")))
        {
            Labels = fields.GetValueOrDefault("Labels") is { } labels ? JsonSerializer.Deserialize<Dictionary<string, string>>(labels)! : [],
            Children = fields.GetValueOrDefault("Children") is { } children ? JsonSerializer.Deserialize<WorkerChild[]>(children)! : [],
        };
    }

    private static string[]? List(string? json) => json is null ? null : JsonSerializer.Deserialize<string[]>(json);

    private static int Number(Dictionary<string, string> fields, string name) =>
        int.TryParse(fields.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static DateTimeOffset Instant(Dictionary<string, string> fields, string name)
    {
        var text = fields.GetValueOrDefault(name);
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var ms))
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : DateTimeOffset.UnixEpoch;
    }
}
