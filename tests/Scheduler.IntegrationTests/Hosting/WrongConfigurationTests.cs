using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>Real processes: one sentence, no stack trace, exit code 1.</summary>
public sealed class WrongConfigurationTests
{
    [Theory]
    [InlineData("Scheduler.Web")]
    [InlineData("Scheduler.Worker")]
    public async Task Wrong_value_stops_the_host_with_one_sentence(string project) =>
        await AssertRefusedAsync(project, "Development", "Scheduler:Worker:Lease is '20', which is not a time span; write [d.]hh:mm:ss, for example 00:00:20 for 20 seconds.",
            ("Scheduler:Worker:Lease", "20"), ("ConnectionStrings:Redis", "127.0.0.1:1"));

    [Fact]
    public async Task Wrong_value_is_told_before_the_embedded_server_starts()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");

        await AssertRefusedAsync("Scheduler.Web", "Development", "Scheduler:Retry:MaxAttempts must be between 1 and 100.",
            ("Scheduler:Retry:MaxAttempts", "0"), ("Scheduler:Embedded:DataFolder", data));
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task Data_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "data");
        await File.WriteAllTextAsync(file, "not a folder", TestContext.Current.CancellationToken);

        await AssertRefusedAsync("Scheduler.Web", "Development",
            $"The data folder {file} (Scheduler:Embedded:DataFolder) cannot be written; make it a folder that this process may write to, or configure another.",
            ("Scheduler:Embedded:DataFolder", file));
    }

    [Fact]
    public async Task Embedded_server_has_no_replicas_to_wait_for()
    {
        using var folder = new TemporaryFolder();
        await AssertRefusedAsync("Scheduler.Web", "Development",
            "Scheduler:Durability:Level is Replicated, which the embedded server cannot reach; set ConnectionStrings:Redis, or leave the level at Local.",
            ("Scheduler:Durability:Level", "replicated"), ("Scheduler:Embedded:DataFolder", folder.Path), ("urls", "http://127.0.0.1:0"), ("Logging:LogLevel:Default", "None"));
    }

    [Fact]
    public async Task Worker_refuses_a_command_whose_file_is_not_there() =>
        await AssertRefusedAsync("Scheduler.Worker", "Development",
            "Scheduler:Process:Commands:sum is '/no/such/file', but there is no such file on this machine; correct the path, or leave the command out here.",
            ("Scheduler:Process:Commands:sum", "/no/such/file"), ("ConnectionStrings:Redis", "127.0.0.1:1"));

    [Fact]
    public async Task Unauthenticated_redis_on_the_network_is_refused_in_production() =>
        await AssertRefusedAsync("Scheduler.Worker", "Production",
            "Redis at redis.invalid:6379 would be used over the network without a password; add password=... to ConnectionStrings:Redis, or set Scheduler:AllowUnsafeRedis to true if you accept that.",
            ("ConnectionStrings:Redis", "redis.invalid,connectTimeout=200"));

    [Fact]
    public async Task Redis_that_drops_keys_is_refused_in_production()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), "--maxmemory-policy", "allkeys-lru");

        await AssertRefusedAsync("Scheduler.Worker", "Production",
            $"Redis at 127.0.0.1:{redis.Port} has the eviction policy 'allkeys-lru' and would drop jobs when its memory is full; set maxmemory-policy to noeviction there, or set Scheduler:AllowUnsafeRedis to true if you accept that.",
            ("ConnectionStrings:Redis", redis.ConnectionString));
    }

    [Theory]
    [InlineData("Development", "false")]
    [InlineData("Production", "true")]
    public async Task Redis_that_drops_keys_is_told_of_where_it_is_not_refused(string environmentName, string allow)
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), "--maxmemory-policy", "allkeys-lru");
        await using var worker = RunningProcess.StartHost("Scheduler.Worker", new Dictionary<string, string?>
        {
            ["ConnectionStrings:Redis"] = redis.ConnectionString,
            ["Scheduler:AllowUnsafeRedis"] = allow,
        }, environmentName);

        await worker.WaitForLineAsync("has the eviction policy 'allkeys-lru'", TimeSpan.FromSeconds(30));
        await worker.WaitForLineAsync("has no append-only file", TimeSpan.FromSeconds(30));
        await worker.WaitForLineAsync("Scheduler worker is ready", TimeSpan.FromSeconds(30));
    }

    private static async Task AssertRefusedAsync(string project, string environmentName, string sentence, params (string Key, string Value)[] settings)
    {
        await using var host = RunningProcess.StartHost(project, settings.ToDictionary(s => s.Key, s => (string?)s.Value), environmentName);

        Assert.Equal(1, await host.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(sentence, host.Output.Trim());
    }
}
