namespace Scheduler.IntegrationTests.Support;

/// <summary>Where the sources and the built hosts lie.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The folder of a project.</summary>
    public static string Folder(string project) => Path.Combine(Root, project);

    /// <summary>A host built in the same configuration as these tests.</summary>
    public static string BuiltAssembly(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Folder(project), "bin", framework.Parent!.Name, framework.Name, Path.GetFileName(project) + ".dll");
    }

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")) ? folder.FullName : FindRoot(folder.Parent!);
}
