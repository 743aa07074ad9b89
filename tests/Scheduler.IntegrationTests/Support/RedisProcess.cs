using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Support;

/// <summary>One redis-server a test may stop, start again and kill.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    public const string HowToInstall =
        "Needs redis-server on the PATH: 'apt-get install redis-server' (Debian, Ubuntu) or 'brew install redis' (macOS). .ci/run installs it.";

    private readonly RunningProcess process;

    private RedisProcess(RunningProcess process, int port) => (this.process, Port) = (process, port);

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Skips the calling test where redis-server is not installed.</summary>
    public static void SkipWhereMissing() => Assert.SkipUnless(IsInstalled, HowToInstall);

    /// <param name="extra">More switches, for example <c>--maxmemory 3mb</c>.</param>
    public static Task<RedisProcess> StartAsync(int port, params string[] extra) => StartAsync(port, "Ready to accept connections", extra);

    /// <summary>One that listens, and has still to read its file: for a while it refuses all but a few commands.</summary>
    public static Task<RedisProcess> StartLoadingAsync(int port, params string[] extra) => StartAsync(port, "Server initialized", extra);

    private static async Task<RedisProcess> StartAsync(int port, string line, string[] extra)
    {
        var process = RunningProcess.Start("redis-server",
            ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no", .. extra], workingDirectory: Path.GetTempPath());
        await process.WaitForLineAsync(line, TimeSpan.FromSeconds(10));
        return new RedisProcess(process, port);
    }

    /// <summary>Sends a signal by name, for example <c>STOP</c>.</summary>
    public Task SignalAsync(string name) => process.SignalAsync(name);

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => process.KillAsync();

    public async ValueTask DisposeAsync() => await process.DisposeAsync();

    /// <summary>An administrator's connection, for CLIENT KILL and the like.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsAdminAsync() =>
        await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true");
}
