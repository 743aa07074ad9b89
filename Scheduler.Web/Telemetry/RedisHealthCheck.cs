using Microsoft.Extensions.Diagnostics.HealthChecks;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Telemetry;

/// <summary>Ready means that the store answers. Says why not without an address or an exception's text.</summary>
internal sealed class RedisHealthCheck(RedisClient redis) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A read, not PING: a server that is loading its data answers PING's sender late and a read at once, with LOADING.
            await redis.Database.KeyExistsAsync(redis.Keys.Tx).WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy("answers");
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy("did not answer within a second");
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return HealthCheckResult.Unhealthy("is not reachable or not able to serve");
        }
    }
}
