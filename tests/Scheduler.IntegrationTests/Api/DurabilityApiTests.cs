using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Api;

public sealed class DurabilityApiTests
{
    [Theory]
    [InlineData("yes", "always", "fsync")]
    [InlineData("yes", "everysec", "local")]
    [InlineData("no", "everysec", "memory")]
    public async Task Acceptance_says_what_the_job_survives(string appendOnly, string fsync, string level)
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), "--appendonly", appendOnly, "--appendfsync", fsync, "--dir", folder.Path);
        await using var host = await ApiHost.StartAsync(redis.ConnectionString);
        using var client = host.Client();

        Assert.Equal(level, (await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"))).Header("Scheduler-Durability"));
        Assert.Equal(level, (await client.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"))).Header("Scheduler-Durability"));
        Assert.Equal(level, (await client.PostAsync("/api/v1/jobs/bulk", """{"jobs":[{"type":"test.echo"}]}""")).Header("Scheduler-Durability"));
        Assert.Null((await client.PostAsync("/api/v1/jobs", """{"type":"nobody"}""")).Header("Scheduler-Durability"));
    }
}
