using System.Diagnostics;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public sealed class StorageFaultApiTests
{
    private const string Unknown = "/api/v1/jobs/01kf3m8w7c2t9q4hxj5n6rbz0e";

    private static readonly string[] Reads = ["/api/v1/jobs", Unknown, "/api/v1/queues", "/api/v1/workers"];

    [Fact]
    public async Task Host_without_its_store_starts_refuses_and_recovers_by_itself()
    {
        RedisProcess.SkipWhereMissing();
        var port = FreePort.Next();
        await using var host = await ApiHost.StartAsync($"127.0.0.1:{port},connectTimeout=500");
        using var client = host.Client();
        await AssertUnavailableAsync(client);
        var ready = await client.GetAsync("/health/ready");
        Assert.Equal((503, ProblemCodes.NotReady), (ready.Status, ready.Code));
        Assert.Equal("unhealthy", ready.Json.GetProperty("checks").GetProperty("redis").GetProperty("status").GetString());
        Assert.Equal(200, (await client.GetAsync("/health/live")).Status);
        Assert.Equal(200, (await client.GetAsync("/api/v1/job-types")).Status);

        await using var redis = await RedisProcess.StartAsync(port);
        var waited = Stopwatch.StartNew();
        while ((await client.GetAsync("/health/ready")).Status != 200 && waited.Elapsed < TimeSpan.FromSeconds(20))
            await Task.Delay(100, TestContext.Current.CancellationToken);
        await client.EnqueueAsync();
    }

    [Fact]
    public async Task Store_that_goes_away_is_told_within_two_seconds()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var host = await ApiHost.StartAsync(redis.ConnectionString);
        using var client = host.Client();
        await client.EnqueueAsync();
        await redis.KillAsync();
        await AssertUnavailableAsync(client);
    }

    [Fact]
    public async Task Full_store_refuses_new_jobs_and_still_shows_and_cancels_old_ones()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), "--maxmemory-policy", "noeviction");
        await using var host = await ApiHost.StartAsync(redis.ConnectionString);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        await using var admin = await redis.ConnectAsAdminAsync();
        await admin.GetServers()[0].ConfigSetAsync("maxmemory", "1mb");
        var refused = await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"));
        AssertUnavailable(refused);
        AssertUnavailable(await client.PostLinesAsync("/api/v1/jobs/bulk", "{\"type\":\"test.echo\"}"));
        foreach (var path in Reads.Append("/api/v1/jobs?state=enqueued&type=test.echo").Append("/api/v1/recurring").Append($"/api/v1/jobs/{id}/explain"))
            Assert.Equal((path, path == Unknown ? 404 : 200), (path, (await client.GetAsync(path)).Status));
        Assert.Equal(200, (await client.GetAsync("/api/v1/jobs/" + id)).Status);
        Assert.Equal(202, (await client.PostAsync($"/api/v1/jobs/{id}/cancel")).Status);
        await admin.GetServers()[0].ConfigSetAsync("maxmemory", "0");
        Assert.Equal(202, (await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"))).Status);
    }

    [Fact]
    public async Task Read_only_store_refuses_changes()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var host = await ApiHost.StartAsync(redis.ConnectionString);
        using var client = host.Client();
        await client.EnqueueAsync();
        await using var admin = await redis.ConnectAsAdminAsync();
        await admin.GetServers()[0].ReplicaOfAsync(new System.Net.DnsEndPoint("127.0.0.1", FreePort.Next()));
        AssertUnavailable(await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}"""));
    }

    private static async Task AssertUnavailableAsync(ApiClient client)
    {
        foreach (var path in Reads)
            await AssertSoonAsync(() => client.GetAsync(path));
        await AssertSoonAsync(() => client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}"""));
        await AssertSoonAsync(() => client.PostAsync("/api/v1/jobs/bulk", """{"jobs":[{"type":"test.echo"}]}"""));
        await AssertSoonAsync(() => client.PostAsync("/api/v1/queues/default/pause"));
    }

    private static async Task AssertSoonAsync(Func<Task<ApiAnswer>> call)
    {
        var waited = Stopwatch.StartNew();
        AssertUnavailable(await call());
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    private static void AssertUnavailable(ApiAnswer answer)
    {
        Assert.Equal((503, ProblemCodes.StorageUnavailable), (answer.Status, answer.Code));
        Assert.NotNull(answer.Header("Retry-After"));
    }
}
