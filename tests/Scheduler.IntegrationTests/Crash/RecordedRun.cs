using Scheduler.IntegrationTests.Dispatching;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Crash;

/// <summary>The append-only file of a busy run, and how long it was when each job was acknowledged.</summary>
internal sealed record RecordedRun(string Prefix, byte[] Base, byte[] Log, IReadOnlyDictionary<string, long> AcknowledgedAt)
{
    private const string LogName = "appendonly.aof.1.incr.aof";
    private const string BaseName = "appendonly.aof.1.base.rdb";
    private const string ManifestName = "appendonly.aof.manifest";
    private const string FolderName = "appendonlydir";

    /// <summary>Enqueues of every kind, cancels, failures, retries and completions by a real dispatcher, one on another's heels.</summary>
    public static async Task<RecordedRun> RecordAsync()
    {
        using var folder = new TemporaryFolder();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), Durable(folder.Path));
        await using var scheduler = await WorkerHarness.StartAsync(redis.ConnectionString);
        await scheduler.StartWorkerAsync(
            (job, _) => job.Id[^1] % 5 == 0 && job.Attempt == 1 ? throw new InvalidOperationException("as told") : Task.FromResult<string?>("{}"),
            worker => worker.Concurrency = 8);
        var log = Path.Combine(folder.Path, FolderName, LogName);
        var acknowledged = new Dictionary<string, long>();
        for (var round = 0; round < 12; round++)
        {
            foreach (var id in await EnqueueAsync(scheduler, round))
                acknowledged[id] = new FileInfo(log).Length;
        }

        await scheduler.EventuallyAsync(async () => await scheduler.Redis.Database.KeyExistsAsync(
            [scheduler.Redis.Keys.Queue("default"), scheduler.Redis.Keys.Leases, scheduler.Redis.Keys.Schedule]) == 0, seconds: 30);
        return new RecordedRun(scheduler.Redis.Keys.Prefix, await File.ReadAllBytesAsync(Path.Combine(folder.Path, FolderName, BaseName)),
            await ReadSharedAsync(log), acknowledged);
    }

    /// <summary>A server as it starts again after a crash that left this much of the file.</summary>
    public async Task<RedisProcess> RestartAfterAsync(int length, string folder)
    {
        var files = Directory.CreateDirectory(Path.Combine(folder, FolderName)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(files, BaseName), Base);
        await File.WriteAllBytesAsync(Path.Combine(files, LogName), Log[..length]);
        await File.WriteAllTextAsync(Path.Combine(files, ManifestName), $"file {BaseName} seq 1 type b\nfile {LogName} seq 1 type i\n");
        return await RedisProcess.StartAsync(FreePort.Next(), Durable(folder));
    }

    private static async Task<IReadOnlyList<string>> EnqueueAsync(WorkerHarness scheduler, int round)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, round == 5 ? 230 : 6).Select(i => scheduler.New() with
        {
            Tags = i % 2 == 0 ? ["crash"] : [],
            Delay = i % 4 == 3 ? TimeSpan.FromMilliseconds(40) : null,
        })];
        var key = round % 3 == 0 ? new IdempotencyKey("crash", $"{round}", "body") : null;
        var ids = Assert.IsType<EnqueueResult.Accepted>(await scheduler.Jobs.EnqueueAsync(jobs, key, WorkerHarness.Token)).Ids;
        await scheduler.Jobs.CancelAsync(ids[^1], WorkerHarness.Token);
        return ids;
    }

    private static string[] Durable(string folder) =>
        ["--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--aof-timestamp-enabled", "no"];

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}
