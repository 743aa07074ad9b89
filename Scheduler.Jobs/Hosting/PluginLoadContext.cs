using System.Reflection;
using System.Runtime.Loader;

namespace Scheduler.Jobs.Hosting;

/// <summary>
/// Keeps one plug-in's dependencies apart from the host's and from other plug-ins'. What the host has itself is shared,
/// Scheduler.Jobs always, so that contracts and loggers are the same types on both sides.
/// </summary>
internal sealed class PluginLoadContext(string pluginPath) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(pluginPath))
{
    private static readonly string Contract = typeof(PluginLoadContext).Assembly.GetName().Name!;

    private readonly AssemblyDependencyResolver resolver = new(pluginPath);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Contract || HostHas(assemblyName))
            return null;
        return resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    /// <summary>False where the host has none, or only an older one.</summary>
    private static bool HostHas(AssemblyName name)
    {
        try
        {
            return Default.LoadFromAssemblyName(name) is not null;
        }
        catch (Exception ex) when (ex is FileNotFoundException or FileLoadException)
        {
            return false;
        }
    }
}
