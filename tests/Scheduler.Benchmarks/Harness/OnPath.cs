namespace Scheduler.Benchmarks.Harness;

/// <summary>Programs that may be installed.</summary>
internal static class OnPath
{
    /// <summary>Null where it is not.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0)
            .Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
}
