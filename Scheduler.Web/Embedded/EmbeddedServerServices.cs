using Scheduler.Jobs.Hosting;

namespace Scheduler.Web.Embedded;

/// <summary>Puts the embedded server in the place of a Redis that nobody configured.</summary>
internal static class EmbeddedServerServices
{
    /// <summary>Call before <c>AddScheduler</c>. With <c>ConnectionStrings:Redis</c> set it does nothing.</summary>
    public static IServiceCollection AddEmbeddedServer(this IServiceCollection services, IConfiguration configuration)
    {
        if (RedisAddress.Configured(configuration) is not null)
            return services;

        services.AddSingleton<EmbeddedServer>();
        // The connection is made from the address, so the server starts before it and stops after it.
        return services.AddSingleton(provider => provider.GetRequiredService<EmbeddedServer>().Start());
    }
}
