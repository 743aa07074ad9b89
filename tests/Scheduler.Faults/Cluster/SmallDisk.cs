namespace Scheduler.Faults.Cluster;

/// <summary>A small file system in memory, mounted over a folder; needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string folder;
    private readonly string log;

    private SmallDisk(string folder, string log) => (this.folder, this.log) = (folder, log);

    /// <summary>Null, and a sentence on the console, where it cannot be mounted.</summary>
    public static async Task<SmallDisk?> TryMountAsync(string folder, Recorder recorder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var log = Path.Combine(recorder.Folder, "mount.log");
        if (await RunAsync("mount", ["-t", "tmpfs", "-o", "size=192m", "tmpfs", folder], log, cancellationToken) == 0)
            return new SmallDisk(folder, log);
        Console.WriteLine("disk-full is left out: a small file system cannot be mounted here; it needs root.");
        return null;
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", ["-l", folder], log, CancellationToken.None);

    private static async Task<int> RunAsync(string program, string[] arguments, string log, CancellationToken cancellationToken)
    {
        using var process = ChildProcess.Start(program, arguments, "/", log);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
