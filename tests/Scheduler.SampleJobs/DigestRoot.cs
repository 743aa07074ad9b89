using Scheduler.Jobs.Contracts;

namespace Scheduler.SampleJobs;

/// <summary>The only folder whose files the sample may read.</summary>
/// <param name="root">Absolute path.</param>
public sealed class DigestRoot(string root)
{
    private readonly string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <exception cref="JobFailedException">The folder lies outside the root, or does not exist: trying again would not help.</exception>
    public IReadOnlyList<string> FilesOf(string folder, string pattern)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder, root));
        if (path != root && !path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new JobFailedException($"'{folder}' is outside the folder that may be read.");
        if (!Directory.Exists(path))
            throw new JobFailedException($"There is no folder '{folder}'.");
        return [.. Directory.GetFiles(path, pattern).Order(StringComparer.Ordinal)];
    }
}
