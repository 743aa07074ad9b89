using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Hosting;

/// <summary>Returned by <c>AddScheduler</c>: what a host adds to it.</summary>
public sealed class SchedulerBuilder(IServiceCollection services, IConfiguration configuration)
{
    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>The host's configuration.</summary>
    public IConfiguration Configuration { get; } = configuration;

    /// <summary>Assemblies whose job types are registered; they also form the allow-list of Hangfire expression jobs.</summary>
    internal List<Assembly> JobAssemblies { get; } = [];

    /// <summary>Registers every class of the assembly that carries <see cref="JobTypeAttribute"/>, and allows its types in expression jobs.</summary>
    public SchedulerBuilder AddJobsFrom(Assembly assembly)
    {
        JobAssemblies.Add(assembly);
        return this;
    }

    /// <summary>Adds the assemblies of a plug-in folder, and the services they ask for.</summary>
    internal SchedulerBuilder AddPluginsFrom(string folder)
    {
        foreach (var assembly in PluginFolder.Load(folder))
        {
            foreach (var plugin in assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IJobPlugin))))
                ((IJobPlugin)Activator.CreateInstance(plugin)!).AddServices(Services, Configuration);
            AddJobsFrom(assembly);
        }

        return this;
    }
}
