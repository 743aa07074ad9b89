namespace Scheduler.Faults.Cluster;

/// <summary>Where the hosts and the witness lie, built in the same configuration as this program.</summary>
internal sealed class BuiltHosts
{
    private readonly string root;
    private readonly string configuration;
    private readonly string framework;

    /// <param name="root">Another copy of the repository; null = the one this program was built in.</param>
    public BuiltHosts(string? root)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        (configuration, framework) = (output.Parent!.Name, output.Name);
        this.root = root ?? Repository;
    }

    /// <summary>Root of the sources that this program was built from.</summary>
    public static string Repository => FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    public string Web => Assembly("Scheduler.Web");

    public string Worker => Assembly("Scheduler.Worker");

    public string WitnessFolder => Path.GetDirectoryName(Assembly("tests/Scheduler.Faults.Witness"))!;

    public static string Checker => Path.Combine(AppContext.BaseDirectory, "Scheduler.Faults.Checker.dll");

    /// <summary>This program itself.</summary>
    public static string Campaign => new BuiltHosts(null).Assembly("tests/Scheduler.Faults");

    private string Assembly(string project) => Path.Combine(root, project, "bin", configuration, framework, Path.GetFileName(project) + ".dll");

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")) ? folder.FullName : FindRoot(folder.Parent!);
}
