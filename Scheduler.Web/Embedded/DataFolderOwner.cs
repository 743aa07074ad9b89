using System.Globalization;

namespace Scheduler.Web.Embedded;

/// <summary>
/// One data folder has one owner: the process that holds an exclusive lock on <c>owner.lock</c>. The operating system
/// gives the lock up with the process, however it ends. <c>owner.port</c> tells other processes where to connect.
/// </summary>
internal sealed class DataFolderOwner : IDisposable
{
    private static readonly TimeSpan PortWait = TimeSpan.FromSeconds(10);

    private readonly FileStream file;
    private readonly string portFile;

    private DataFolderOwner(FileStream file, string portFile) => (this.file, this.portFile) = (file, portFile);

    /// <summary>Null where another live process owns the folder.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to somebody else, or is read-only.</exception>
    public static DataFolderOwner? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        ProveWritable(folder);
        try
        {
            var file = new FileStream(Path.Combine(folder, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(PortFile(folder));
            return new DataFolderOwner(file, PortFile(folder));
        }
        catch (IOException ex) when (ex is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    // A full or read-only disk answers as an IOException too, and must not look like another owner.
    private static void ProveWritable(string folder)
    {
        var probe = Path.Combine(folder, $"writable.{Environment.ProcessId}");
        File.WriteAllText(probe, "yes");
        File.Delete(probe);
    }

    /// <summary>Tells other processes the port; written whole or not at all.</summary>
    public void Publish(int port)
    {
        File.WriteAllText(portFile + ".new", port.ToString(CultureInfo.InvariantCulture));
        File.Move(portFile + ".new", portFile, overwrite: true);
    }

    /// <summary>The port of the folder's present owner; null where it has published none in time.</summary>
    public static int? PortOfOwner(string folder, TimeProvider time)
    {
        using var tick = new ManualResetEventSlim();
        for (var start = time.GetTimestamp(); time.GetElapsedTime(start) < PortWait; tick.Wait(TimeSpan.FromMilliseconds(50)))
        {
            if (File.Exists(PortFile(folder)) && int.TryParse(File.ReadAllText(PortFile(folder)), CultureInfo.InvariantCulture, out var port))
                return port;
        }

        return null;
    }

    public void Dispose()
    {
        File.Delete(portFile);
        file.Dispose();
    }

    private static string PortFile(string folder) => Path.Combine(folder, "owner.port");
}
