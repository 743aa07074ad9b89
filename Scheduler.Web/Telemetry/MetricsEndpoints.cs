using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Scheduler.Web.Telemetry;

/// <summary>Metrics of the scheduler, the runtime and HTTP, for Prometheus to read.</summary>
internal static class MetricsEndpoints
{
    /// <summary>The meter whose instruments the scheduler itself writes.</summary>
    public const string Meter = "Scheduler";

    /// <summary>Seconds: the library's defaults would put every short job into one bucket.</summary>
    private static readonly double[] DurationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];

    public static IServiceCollection AddSchedulerMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<SchedulerGauges>();
        services.AddHostedService<GaugeSampler>();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r.AddService("scheduler-web")).WithMetrics(metrics => metrics
            .AddMeter(Meter)
            .AddView(i => i.Meter.Name == Meter && i.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = DurationBuckets } : null)
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddPrometheusExporter());
        if (!string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.WithTracing(traces => traces.AddSource(Meter).AddAspNetCoreInstrumentation()).UseOtlpExporter();
        return services;
    }

    /// <summary>Any valid key opens it.</summary>
    public static void MapMetricsEndpoints(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics");
}
