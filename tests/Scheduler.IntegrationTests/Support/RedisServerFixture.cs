namespace Scheduler.IntegrationTests.Support;

/// <summary>A real redis-server of this run's own, on a free port, in memory only.</summary>
public sealed class RedisServerFixture : ServerFixture
{
    private RedisProcess? redis;

    /// <summary>Set in a process that a test starts, with the servers of that test, and kills: one of its own would be left behind.</summary>
    public const string NoneVariable = "SCHEDULER_TEST_SERVERS_OF_PARENT";

    protected override async Task<string?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(NoneVariable) is not null)
        {
            MissingBecause = "The test that started this process has the server.";
            return null;
        }

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
