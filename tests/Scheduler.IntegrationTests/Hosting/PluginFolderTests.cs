using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>The sample plug-in, loaded as a stranger's would be.</summary>
public sealed class PluginFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Plugin_in_the_folder_itself_brings_its_job_type_and_services() => AssertSampleIn(CopySample(folder.Path));

    [Fact]
    public void Plugin_in_a_folder_of_its_own_brings_its_job_type_and_services()
    {
        CopySample(Path.Combine(folder.Path, "sample"));

        AssertSampleIn(folder.Path);
    }

    [Fact]
    public void Copy_of_the_library_beside_the_plugin_is_ignored()
    {
        CopySample(folder.Path);
        File.Copy(typeof(SchedulerBuilder).Assembly.Location, Path.Combine(folder.Path, "Scheduler.Jobs.dll"));

        AssertSampleIn(folder.Path);
    }

    [Fact]
    public void Missing_folder_is_told_in_one_sentence() =>
        Assert.Equal("The folder /no/such/folder (Scheduler:Plugins) does not exist; create it, or correct the setting.", ProblemWith("/no/such/folder"));

    [Fact]
    public void Broken_assembly_is_told_by_name()
    {
        var broken = Path.Combine(folder.Path, "Broken.dll");
        File.WriteAllText(broken, "not an assembly");

        Assert.Equal($"The plug-in {broken} (Scheduler:Plugins) cannot be loaded: it is not a .NET assembly; replace or remove it.", ProblemWith(folder.Path));
    }

    [Fact]
    public void Truncated_assembly_is_told_by_name()
    {
        var sample = Path.Combine(CopySample(folder.Path), "Scheduler.SampleJobs.dll");
        File.WriteAllBytes(sample, File.ReadAllBytes(sample)[..3000]);

        Assert.StartsWith($"The plug-in {sample} (Scheduler:Plugins) cannot be loaded: ", ProblemWith(folder.Path), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static string CopySample(string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Repository.BuiltAssembly("tests/Scheduler.SampleJobs"))!))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }

    private static void AssertSampleIn(string plugins)
    {
        var builder = Add(plugins);

        var assembly = Assert.Single(builder.JobAssemblies, a => a.GetName().Name == "Scheduler.SampleJobs");
        var handler = Assert.Single(assembly.GetTypes(), t => t.GetCustomAttribute<JobTypeAttribute>()?.Name == "folder.digest");
        using var services = builder.Services.BuildServiceProvider();
        Assert.Equal("FolderDigestHandler", ActivatorUtilities.CreateInstance(services, handler).GetType().Name);
    }

    private static string ProblemWith(string plugins) => Assert.Throws<ConfigurationException>(() => Add(plugins)).Message;

    private static SchedulerBuilder Add(string plugins) => new ServiceCollection().AddScheduler(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Scheduler:Plugins", (string?)plugins)]).Build());
}
