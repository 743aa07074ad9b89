using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Search;

namespace Scheduler.Jobs.Bulk;

/// <summary>Registers bulk operations: whoever can begin one also carries them on.</summary>
internal static class BulkServices
{
    public static void AddSchedulerBulk(this IServiceCollection services)
    {
        services.AddSingleton<JobSearch>();
        services.AddSingleton<JobCounter>();
        services.AddSingleton<BulkSignal>();
        services.AddSingleton<BulkStore>();
        services.AddSingleton<BulkPreviews>();
        services.AddHostedService<BulkRunner>();
    }
}
