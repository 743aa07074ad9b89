using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Scheduler.Web.OpenApi;

/// <summary>Puts the described operations in place of the generated ones, as far as this host really serves them.</summary>
internal sealed class ContractTransformer(EndpointDataSource endpoints) : IOpenApiDocumentTransformer
{
    /// <summary>What every operation that asks for a key may answer besides its own.</summary>
    private static readonly (string Status, string Response)[] Always =
        [("401", "Unauthorized"), ("403", "Forbidden"), ("429", "RateLimited"), ("503", "StorageUnavailable")];

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var contract = Contract.Read();
        // Relative to this document: right behind any proxy.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Info = contract.Info;
        document.Tags = contract.Tags;
        document.Components = contract.Components;
        document.Paths = ServedOf(contract);
        var scopes = endpoints.Endpoints.OfType<RouteEndpoint>().SelectMany(e => Served(e).Select(s => (Route: s, Scope: ScopeOf(e))))
            .ToLookup(s => s.Route, s => s.Scope, StringComparer.OrdinalIgnoreCase);
        foreach (var (route, operation) in SecuredOf(document))
            Secure(operation, scopes[route].FirstOrDefault(), document);
        document.Workspace?.RegisterComponents(document);
        return Task.CompletedTask;
    }

    private OpenApiPaths ServedOf(OpenApiDocument contract)
    {
        var served = endpoints.Endpoints.OfType<RouteEndpoint>().SelectMany(Served).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var paths = new OpenApiPaths();
        foreach (var (path, item) in contract.Paths)
        {
            var operations = item.Operations?.Where(o => served.Contains($"{o.Key} {path}") || served.Contains($"* {path}")).ToList() ?? [];
            if (operations.Count > 0)
                paths.Add(path, new OpenApiPathItem { Operations = operations.ToDictionary(o => o.Key, o => o.Value) });
        }
        return paths;
    }

    private static IEnumerable<string> Served(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText?.Trim('/');
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
        return methods.Count == 0 ? [$"* {path}"] : methods.Select(m => $"{m} {path}");
    }

    private static string? ScopeOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().LastOrDefault(a => a.Policy is not null)?.Policy;

    /// <summary>An empty list of its own says that an operation is open to all.</summary>
    private static IEnumerable<(string Route, OpenApiOperation Operation)> SecuredOf(OpenApiDocument document) =>
        from path in document.Paths
        from operation in path.Value.Operations ?? []
        where operation.Value.Security is not { Count: 0 }
        select ($"{operation.Key} {path.Key}", operation.Value);

    /// <summary>The scope as the host enforces it, where the specification has room for a role.</summary>
    private static void Secure(OpenApiOperation operation, string? scope, OpenApiDocument document)
    {
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = scope is null ? [] : [scope] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("apiKey", document)] = scope is null ? [] : [scope] },
        ];
        operation.Responses ??= [];
        foreach (var (status, response) in Always)
            operation.Responses.TryAdd(status, new OpenApiResponseReference(response, document));
    }
}
