using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Jobs.Insight;

/// <summary>Registers what answers people's questions about jobs and queues.</summary>
internal static class InsightServices
{
    public static void AddSchedulerInsight(this IServiceCollection services)
    {
        services.AddSingleton<PaceStore>();
        services.AddSingleton<JobExplainer>();
        services.AddSingleton<Autoscaler>();
    }
}
