using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Scheduler.Jobs.Contracts;

/// <summary>Registers the job types a process knows.</summary>
internal static class JobTypeServices
{
    /// <summary>
    /// Adds <see cref="JobTypeRegistry"/>. The assemblies are enumerated when it is first asked for, so what is added to the
    /// sequence until the host starts still counts.
    /// </summary>
    /// <param name="assemblies">Where to look.</param>
    /// <param name="isOffered">Says whether a job type found there is registered.</param>
    public static IServiceCollection AddJobTypes(
        this IServiceCollection services, IEnumerable<Assembly> assemblies, Func<IServiceProvider, JobTypeDescriptor, bool> isOffered)
    {
        services.TryAddSingleton(provider => new JobTypeRegistry(JobTypeScanner.Scan(assemblies).Where(d => isOffered(provider, d))));
        services.AddHostedService<JobTypesAtStart>();
        return services;
    }

    /// <summary>Looks at every job type before the host serves anything, so that a wrong one stops the start and not a request.</summary>
    private sealed class JobTypesAtStart(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var type in services.GetRequiredService<JobTypeRegistry>().All)
                type.Prepare();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
