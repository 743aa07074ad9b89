using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Telemetry;

/// <summary>For load balancers and supervisors: open to all, and silent about addresses.</summary>
internal static class HealthEndpoints
{
    /// <summary>Checks with this tag decide whether the host is ready.</summary>
    public const string Ready = "ready";

    public static IServiceCollection AddSchedulerHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<RedisHealthCheck>("redis", tags: [Ready]);
        return services;
    }

    public static void MapHealthEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", Answering(_ => false, "live")).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", Answering(check => check.Tags.Contains(Ready), "ready")).AllowAnonymous();
    }

    private static HealthCheckOptions Answering(Func<HealthCheckRegistration, bool> predicate, string word) => new()
    {
        Predicate = predicate,
        ResponseWriter = (http, report) => AnswerTo(report, word).ExecuteAsync(http),
    };

    private static IResult AnswerTo(HealthReport report, string word) =>
        report.Status == HealthStatus.Unhealthy ? NotReady(report) : Well(word, report);

    private static ApiJson Well(string word, HealthReport report) => new(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, word);
        WriteChecks(writer, report);
        writer.WriteEndObject();
    });

    private static ApiProblem NotReady(HealthReport report) => new(503, ProblemCodes.NotReady, "The host is not ready.", Reasons(report))
    {
        RetryAfterSeconds = 2,
        More = writer => WriteChecks(writer, report),
    };

    private static string Reasons(HealthReport report) =>
        string.Join("; ", report.Entries.Where(e => e.Value.Status == HealthStatus.Unhealthy).Select(e => $"{e.Key} {e.Value.Description}")) + ".";

    private static void WriteChecks(Utf8JsonWriter writer, HealthReport report)
    {
        writer.WriteStartObject("checks"u8);
        foreach (var (name, entry) in report.Entries)
        {
            writer.WriteStartObject(name);
            writer.WriteString("status"u8, entry.Status.ToString().ToLowerInvariant());
            writer.WriteString("reason"u8, entry.Description);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
