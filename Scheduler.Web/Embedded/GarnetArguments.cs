using System.Globalization;

namespace Scheduler.Web.Embedded;

/// <summary>
/// The embedded server's switches. All are needed: without the transaction mode scripts are not atomic, without the storage
/// tier it drops data when memory fills, and its default device needs a system library that many machines lack.
/// </summary>
internal static class GarnetArguments
{
    public static string[] For(string folder, int port) =>
    [
        "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1",
        "--memory", "128m", "--page", "4m", "--index", "16m",
        "--lua", "--lua-transaction-mode",
        "--aof", "--aof-commit-freq", "0", "--aof-memory", "64m", "--aof-page-size", "8m", "--aof-size-limit", "64m",
        "--storage-tier", "--logdir", folder, "--checkpointdir", folder, "--recover",
        "--device-type", "RandomAccess", "-q",
    ];
}
