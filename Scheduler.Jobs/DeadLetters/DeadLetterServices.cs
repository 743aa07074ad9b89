using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Jobs.DeadLetters;

/// <summary>Registers the groups of failed jobs.</summary>
internal static class DeadLetterServices
{
    public static void AddSchedulerDeadLetters(this IServiceCollection services) => services.AddSingleton<DeadLetterStore>();
}
