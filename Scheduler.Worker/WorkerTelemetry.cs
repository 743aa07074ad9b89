using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Scheduler.Worker;

/// <summary>Sends what the worker measures, and a span for each attempt, to a collector. Without one configured it does nothing.</summary>
internal static class WorkerTelemetry
{
    private const string Source = "Scheduler";

    public static void AddWorkerTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("scheduler-worker"))
            .WithMetrics(metrics => metrics.AddMeter(Source).AddRuntimeInstrumentation())
            .WithTracing(traces => traces.AddSource(Source))
            .UseOtlpExporter();
    }
}
