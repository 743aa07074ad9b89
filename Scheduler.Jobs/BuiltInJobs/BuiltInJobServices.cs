using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Whether the <c>demo.*</c> types exist. Section <c>Scheduler:DemoJobs</c>.</summary>
public sealed class DemoJobsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:DemoJobs";

    /// <summary>Registers the <c>demo.*</c> types, in any environment. Default (null): only in Development.</summary>
    public bool? Enabled { get; set; }
}

/// <summary>Registers the job types that come with the scheduler, together with the host's own.</summary>
internal static class BuiltInJobServices
{
    private const string DemoPrefix = "demo.";

    /// <param name="assemblies">The host's own job assemblies; more may be added until the registry is first asked for.</param>
    public static IServiceCollection AddBuiltInJobs(this IServiceCollection services, IConfiguration configuration, IEnumerable<Assembly> assemblies)
    {
        services.AddSchedulerOptions<HttpJobOptions>(configuration, HttpJobOptions.Section);
        services.AddSchedulerOptions<DemoJobsOptions>(configuration, DemoJobsOptions.Section);
        services.AddSchedulerOptions<ProcessOptions>(configuration, ProcessOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ProcessOptions>, ProcessOptionsValidator>());
        services.TryAddSingleton<JobHttpClient>();
        services.TryAddSingleton<MemoryWatch>();
        return services.AddJobTypes(WithOwn(assemblies), IsOffered);
    }

    // Not a list: what is added to the assemblies later still counts.
    private static IEnumerable<Assembly> WithOwn(IEnumerable<Assembly> assemblies) =>
        assemblies.Prepend(typeof(BuiltInJobServices).Assembly);

    private static bool IsOffered(IServiceProvider services, JobTypeDescriptor type)
    {
        var isDemo = type.HandlerType.Assembly == typeof(BuiltInJobServices).Assembly && type.Name.StartsWith(DemoPrefix, StringComparison.Ordinal);
        return !isDemo || (services.GetRequiredService<IOptions<DemoJobsOptions>>().Value.Enabled ?? services.GetRequiredService<IHostEnvironment>().IsDevelopment());
    }
}
