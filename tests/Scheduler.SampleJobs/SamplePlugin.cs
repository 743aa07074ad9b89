using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Contracts;

namespace Scheduler.SampleJobs;

/// <summary>What the sample's handlers take in their constructors. Setting: <c>SampleJobs:Root</c>, the folder that may be read.</summary>
public sealed class SamplePlugin : IJobPlugin
{
    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(new DigestRoot(configuration["SampleJobs:Root"] ?? Environment.CurrentDirectory));
}
