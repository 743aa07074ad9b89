using Scalar.AspNetCore;

namespace Scheduler.Web.OpenApi;

/// <summary>The machine-readable contract and its rendering; any valid key opens them.</summary>
internal static class OpenApiEndpoints
{
    private const string Document = "v1";

    public static IServiceCollection AddSchedulerOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(Document, options => options.AddDocumentTransformer<ContractTransformer>());

    public static void MapSchedulerOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference("/docs", options => options
            .WithTitle("Scheduler API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            // Nothing may be fetched from or sent to another host: the page works without the internet.
            .WithNonce()
            .DisableDefaultFonts()
            .DisableTelemetry()
            .HideDeveloperTools()
            .DisableAgent()
            .DisableMcp());
    }
}
