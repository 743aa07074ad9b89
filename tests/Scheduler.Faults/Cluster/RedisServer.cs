using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Scheduler.Faults.Cluster;

/// <summary>One real redis-server (or sentinel) over a folder of its own, which outlives its process.</summary>
internal sealed class RedisServer(string name, int port, string folder, Recorder recorder, params string[] arguments) : IDisposable
{
    private ChildProcess? process;
    private volatile ChildProcess? told;

    public int Port => port;

    public string Name => name;

    public string Folder => folder;

    public int Pid => process?.Pid ?? 0;

    public static RedisServer WithAppendOnlyFile(string name, int port, string folder, Recorder recorder, string fsync, params string[] more) => new(name, port, folder, recorder,
        ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", fsync,
         "--maxmemory-policy", "noeviction", "--daemonize", "no", .. more]);

    /// <summary>Starts it, and returns when it answers.</summary>
    /// <param name="more">Switches for this time only.</param>
    public async Task StartAsync(CancellationToken cancellationToken, params string[] more)
    {
        Directory.CreateDirectory(folder);
        process?.Dispose();
        var started = process = ChildProcess.Start("redis-server", [.. arguments, .. more], folder, Path.Combine(recorder.Folder, name + ".log"));
        recorder.Process(new(Monotonic.Now, name, started.Pid, "start", null, true));
        _ = WatchAsync(started);
        while (!await AnswersAsync(cancellationToken))
            await Task.Delay(20, cancellationToken);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        told = process;
        process!.Signal(Signals.Kill);
        await process.WaitForExitAsync(cancellationToken);
    }

    public void Pause() => process!.Signal(Signals.Stop);

    public void Resume() => process!.Signal(Signals.Cont);

    /// <summary>From here on its end surprises nobody.</summary>
    public void MayEnd() => told = process;

    public bool HasEnded { get; private set; }

    public void Dispose()
    {
        told = process;
        process?.Dispose();
    }

    private async Task WatchAsync(ChildProcess watched)
    {
        HasEnded = false;
        await watched.WaitForExitAsync(CancellationToken.None);
        HasEnded = true;
        recorder.Process(new(Monotonic.Now, name, watched.Pid, "exit", null, watched == told));
    }

    public async Task<bool> IsPrimaryAsync(CancellationToken cancellationToken) =>
        (await AskAsync("ROLE\r\n", cancellationToken)).Contains("master", StringComparison.Ordinal);

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        (await AskAsync("PING\r\n", cancellationToken)).StartsWith("+PONG", StringComparison.Ordinal);

    private async Task<string> AskAsync(string command, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(command), cancellationToken);
            var reply = new byte[64];
            return Encoding.ASCII.GetString(reply, 0, await socket.ReceiveAsync(reply, cancellationToken));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
