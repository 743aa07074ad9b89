using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace Scheduler.Jobs.Hosting;

/// <summary>
/// The assemblies of <c>Scheduler:Plugins</c>: every one that references Scheduler.Jobs, directly in the folder or in a
/// sub-folder of its own; whatever else lies beside it is its dependencies.
/// </summary>
internal static class PluginFolder
{
    private static readonly string Contract = typeof(PluginFolder).Assembly.GetName().Name!;

    /// <exception cref="ConfigurationException">The folder is missing, or a file in it cannot be loaded.</exception>
    public static IReadOnlyList<Assembly> Load(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ConfigurationException($"The folder {folder} (Scheduler:Plugins) does not exist; create it, or correct the setting.");
        return [.. new[] { folder }.Concat(Directory.GetDirectories(folder))
            .SelectMany(f => Directory.GetFiles(f, "*.dll")).Order(StringComparer.Ordinal).Where(IsPlugin).Select(LoadOne)];
    }

    private static Assembly LoadOne(string path)
    {
        try
        {
            var assembly = new PluginLoadContext(path).LoadFromAssemblyPath(path);
            // Types are read now, so that a missing dependency stops the start and not the first job.
            _ = assembly.GetTypes();
            return assembly;
        }
        catch (ReflectionTypeLoadException ex)
        {
            throw Broken(path, ex.LoaderExceptions.FirstOrDefault(e => e is not null)?.Message ?? ex.Message, ex);
        }
        catch (Exception ex) when (ex is BadImageFormatException or FileLoadException or FileNotFoundException)
        {
            throw Broken(path, ex.Message, ex);
        }
    }

    private static bool IsPlugin(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
                return false;
            var metadata = file.GetMetadataReader();
            return metadata.AssemblyReferences.Any(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) == Contract)
                && !IsPartOfThisHost(metadata.GetString(metadata.GetAssemblyDefinition().Name));
        }
        catch (BadImageFormatException ex)
        {
            throw Broken(path, "it is not a .NET assembly", ex);
        }
    }

    private static bool IsPartOfThisHost(string name) => AssemblyLoadContext.Default.Assemblies.Any(a => a.GetName().Name == name);

    private static ConfigurationException Broken(string path, string why, Exception cause) =>
        new($"The plug-in {path} (Scheduler:Plugins) cannot be loaded: {why.TrimEnd('.')}; replace or remove it.", cause);
}
