namespace Scheduler.IntegrationTests.Support;

/// <summary>A real redis-server of this run's own, on a free port, in memory only.</summary>
public sealed class RedisServerFixture : ServerFixture
{
    private RedisProcess? redis;

    protected override async Task<string?> StartAsync()
    {
        if (!RedisProcess.IsInstalled)
        {
            MissingBecause = RedisProcess.HowToInstall;
            return null;
        }

        redis = await RedisProcess.StartAsync(FreePort.Next());
        return redis.ConnectionString;
    }

    protected override async Task StopAsync()
    {
        if (redis is not null)
            await redis.DisposeAsync();
    }
}
