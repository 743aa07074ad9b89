using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Api;

/// <summary>With a real replica: an acceptance waits for it, and says less where it does not answer.</summary>
public sealed class ReplicatedApiTests
{
    private const string Header = "Scheduler-Durability";

    private static readonly Dictionary<string, string?> Replicated = new()
    {
        ["Scheduler:Durability:Level"] = "replicated",
        ["Scheduler:Durability:Timeout"] = "00:00:02",
    };

    [Fact]
    public async Task Acceptance_is_replicated_only_while_a_replica_confirms_it()
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        await using var primary = await RedisProcess.StartAsync(FreePort.Next(), "--appendonly", "yes", "--dir", folder.Path, "--repl-diskless-sync-delay", "0");
        await using var host = await ApiHost.StartAsync(primary.ConnectionString, settings: Replicated);
        using var client = host.Client();
        Assert.Equal("local", await EnqueueAsync(client, "alone"));

        await using var replica = await RedisProcess.StartAsync(FreePort.Next(), "--replicaof", "127.0.0.1", $"{primary.Port}", "--dbfilename", "replica.rdb", "--dir", folder.Path);
        await WaitUntilFollowsAsync(primary);
        Assert.Equal("replicated", await EnqueueAsync(client, "both"));
        Assert.Equal("replicated", await EnqueueAsync(client, "alone"));
        Assert.Equal("replicated", (await client.PostAsync("/api/v1/jobs/bulk", """{"jobs":[{"type":"test.echo"},{"type":"test.echo"}]}""")).Header(Header));

        // As after a failover that lost it: the server has replicas, but not this job.
        Assert.False(await host.Services.GetRequiredService<ReplicaConfirmation>().ReachedAsync("01kf3m8w7c2t9q4hxj5n6rbz0e"));

        await replica.SignalAsync("STOP");
        var waited = Stopwatch.StartNew();
        Assert.Equal("local", await EnqueueAsync(client, "stopped"));
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(15));

        // The same call again says what has been reached by then.
        await replica.SignalAsync("CONT");
        Assert.Equal("replicated", await EnqueueAsync(client, "stopped"));
    }

    [Fact]
    public async Task Callers_that_come_together_wait_together()
    {
        RedisProcess.SkipWhereMissing();
        await using var primary = await RedisProcess.StartAsync(FreePort.Next());
        await using var host = await ApiHost.StartAsync(primary.ConnectionString, settings: Replicated);
        using var client = host.Client();

        var waited = Stopwatch.StartNew();
        var levels = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => EnqueueAsync(client, "k" + n)));

        Assert.All(levels, level => Assert.Equal("memory", level));
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static async Task<string?> EnqueueAsync(ApiClient client, string key)
    {
        var answer = await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", key));
        Assert.True(answer.Status is 200 or 202);
        return answer.Header(Header);
    }

    // Online is not enough: it follows only after its first acknowledgement.
    private static async Task WaitUntilFollowsAsync(RedisProcess primary)
    {
        await using var admin = await primary.ConnectAsAdminAsync();
        var waited = Stopwatch.StartNew();
        do
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the replica did not come");
            await admin.GetDatabase().StringSetAsync("probe", 1);
        }
        while ((int)await admin.GetDatabase().ExecuteAsync("WAIT", 1, 200) < 1);
    }
}
