using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Auth;

/// <summary>One token bucket for each API key: a second's worth at once, refilled ten times a second.</summary>
internal static class KeyRateLimiter
{
    public static IServiceCollection AddKeyRateLimiter(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSchedulerOptions<RateLimitOptions>(configuration, RateLimitOptions.Section);
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, options) => Configure(limiter, options.Value));
        return services;
    }

    private static void Configure(RateLimiterOptions limiter, RateLimitOptions options)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = RefuseAsync;
        if (options.RequestsPerSecond is { } perSecond)
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => PartitionFor(http, perSecond));
    }

    private static RateLimitPartition<string> PartitionFor(HttpContext http, int perSecond) =>
        http.User.Identity?.IsAuthenticated == true
            ? RateLimitPartition.GetTokenBucketLimiter(Caller.Of(http.User), _ => Bucket(perSecond))
            : RateLimitPartition.GetNoLimiter("");

    private static TokenBucketRateLimiterOptions Bucket(int perSecond) => new()
    {
        TokenLimit = perSecond,
        TokensPerPeriod = Math.Max(1, perSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
        QueueLimit = 0,
    };

    private static ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new ValueTask(Problem.RateLimited(seconds).ExecuteAsync(context.HttpContext));
    }
}
