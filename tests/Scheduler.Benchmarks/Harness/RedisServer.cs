using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Scheduler.Benchmarks.Harness;

/// <summary>A redis-server of its own: a free port, a folder that goes away with it, no snapshots, and the append-only file on or off.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly ConnectionMultiplexer connection;

    private RedisServer(Process process, DirectoryInfo folder, ConnectionMultiplexer connection, int port) =>
        (this.process, this.folder, this.connection, Port) = (process, folder, connection, port);

    public int Port { get; }

    /// <summary>Null where none is installed.</summary>
    public static string? Executable { get; } = OnPath.Find("redis-server");

    public static async Task<RedisServer> StartAsync(bool appendOnly = false)
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-bench-");
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(Executable!,
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", folder.FullName,
            "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", "--logfile", "redis.log",
        ])
        { RedirectStandardOutput = true })!;
        try
        {
            return new RedisServer(process, folder, await ConnectAsync(port), port);
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(int port)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},allowAdmin=true,connectTimeout=2000,syncTimeout=60000,asyncTimeout=60000");
            }
            catch (RedisConnectionException) when (waited.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(50);
            }
        }
    }

    public static string Version()
    {
        using var process = Process.Start(new ProcessStartInfo(Executable!, "--version") { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Split(" sha=")[0];
    }

    /// <summary>No keys, no scripts.</summary>
    public async Task CleanAsync()
    {
        var database = connection.GetDatabase();
        await database.ExecuteAsync("FLUSHALL", "SYNC");
        await database.ExecuteAsync("SCRIPT", "FLUSH");
    }

    /// <summary>All fields of a hash.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HashAsync(string key) =>
        (await connection.GetDatabase().HashGetAllAsync(key)).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());

    public async Task<RedisSample> SampleAsync() => RedisSample.Read((string)(await connection.GetDatabase().ExecuteAsync("INFO", "everything"))!);

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
