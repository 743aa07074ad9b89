using System.Net;
using System.Net.Sockets;
using Garnet;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Web.Embedded;

/// <summary>
/// The Redis-protocol server inside this process: loopback only, durable to its data folder. Where another live process owns
/// the folder, this one is its client instead.
/// </summary>
internal sealed partial class EmbeddedServer(
    IOptions<EmbeddedOptions> options, IHostEnvironment environment, TimeProvider time, ILogger<EmbeddedServer> logger) : IDisposable
{
    private const int PortsTried = 50;
    private const int PoolThreads = 32;

    private DataFolderOwner? owner;
    private GarnetServer? server;

    /// <summary>The absolute path of the data folder.</summary>
    public string DataFolder { get; } = Path.GetFullPath(options.Value.DataFolder, environment.ContentRootPath);

    /// <summary>Starts the server, or finds the one that owns the data folder.</summary>
    public RedisAddress Start()
    {
        owner = TakeFolder();
        if (owner is null)
            return JoinOwner();

        var port = ChoosePort();
        ReservePoolThreads();
        server = new GarnetServer(GarnetArguments.For(DataFolder, port));
        server.Register.NewProcedure(DurableAcknowledgement.Command, () => new DurableProcedure(server.Store));
        server.Start();
        owner.Publish(port);
        LogStarted(port, DataFolder);
        return RedisAddress.EmbeddedAt(port, $"embedded in this process, 127.0.0.1:{port}, data in {DataFolder}");
    }

    public void Dispose()
    {
        server?.Dispose(deleteDir: false);
        owner?.Dispose();
    }

    private DataFolderOwner? TakeFolder()
    {
        try
        {
            return DataFolderOwner.TryTake(DataFolder);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"The data folder {DataFolder} (Scheduler:Embedded:DataFolder) cannot be written; make it a folder that this process may write to, or configure another.", ex);
        }
    }

    private RedisAddress JoinOwner()
    {
        var port = DataFolderOwner.PortOfOwner(DataFolder, time)
            ?? throw new ConfigurationException(
                $"The data folder {DataFolder} (Scheduler:Embedded:DataFolder) is in use by another process that does not answer; stop that process, or configure another folder.");
        LogJoined(port, DataFolder);
        return RedisAddress.EmbeddedAt(port, $"embedded in another process that owns {DataFolder}, 127.0.0.1:{port}");
    }

    /// <summary>Connections that wait for the log hold a pool thread each; the write they wait for needs one too, at once.</summary>
    private static void ReservePoolThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, PoolThreads), completions);
    }

    private int ChoosePort()
    {
        if (options.Value.Port is { } configured)
        {
            return IsFree(configured)
                ? configured
                : throw new ConfigurationException($"Scheduler:Embedded:Port is {configured}, but another program listens there; configure another port, or leave the setting out.");
        }

        return Enumerable.Range(EmbeddedOptions.DefaultPort, PortsTried).FirstOrDefault(IsFree, 0) is var port and > 0
            ? port
            : throw new ConfigurationException($"No port from {EmbeddedOptions.DefaultPort} on is free for the embedded server; configure Scheduler:Embedded:Port.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LoggerMessage(1900, LogLevel.Information, "Embedded server on 127.0.0.1:{Port}, data in {Folder}")]
    private partial void LogStarted(int port, string folder);

    [LoggerMessage(1901, LogLevel.Information, "The data folder {Folder} belongs to another process; using its server on 127.0.0.1:{Port}")]
    private partial void LogJoined(int port, string folder);
}
