using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Jobs.Contracts;

/// <summary>
/// What a plug-in's job handlers need from DI beyond what the host has. A plug-in assembly may hold classes that implement
/// this, with a public constructor without parameters; each is asked once, before the host is built.
/// </summary>
public interface IJobPlugin
{
    /// <summary>Registers the services that the plug-in's handlers take in their constructors.</summary>
    void AddServices(IServiceCollection services, IConfiguration configuration);
}
