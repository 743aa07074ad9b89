using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Contracts;

namespace Scheduler.SampleJobs;

/// <param name="Folder">A folder below the configured root; empty = the root itself.</param>
/// <param name="Pattern">Which files, for example <c>*.md</c>.</param>
public sealed record FolderDigestArgs(string Folder = "", string Pattern = "*");

/// <param name="Files">Every file, by name.</param>
/// <param name="TotalWords">Words of all files together.</param>
public sealed record FolderDigest(IReadOnlyList<FileDigest> Files, long TotalWords);

/// <param name="Sha256">In hex.</param>
public sealed record FileDigest(string Name, long Bytes, long Words, string Sha256);

/// <summary>A sample: real input, a result, progress, log lines, a failure that no retry can cure.</summary>
[JobType("folder.digest", Description = "Checksums and counts the words of the files of a folder.")]
public sealed class FolderDigestHandler(DigestRoot root) : IJobHandler<FolderDigestArgs, FolderDigest>
{
    /// <inheritdoc/>
    public async Task<FolderDigest> RunAsync(FolderDigestArgs args, JobContext job, CancellationToken cancellationToken)
    {
        var paths = root.FilesOf(args.Folder, args.Pattern);
        var files = new List<FileDigest>();
        foreach (var path in paths)
        {
            files.Add(await DigestAsync(path, cancellationToken));
            job.ReportProgress(100.0 * files.Count / paths.Count, Path.GetFileName(path));
        }

        Log.Digested(job.Logger, files.Count, args.Folder);
        return new FolderDigest(files, files.Sum(f => f.Words));
    }

    private static async Task<FileDigest> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        return new FileDigest(Path.GetFileName(path), bytes.Length, WordCount.Of(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Digested {Files} files of '{Folder}'")]
    public static partial void Digested(ILogger logger, int files, string folder);
}
