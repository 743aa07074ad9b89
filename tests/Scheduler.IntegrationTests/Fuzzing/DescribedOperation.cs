using System.Globalization;
using System.Text.Json;
using Scheduler.IntegrationTests.Api;

namespace Scheduler.IntegrationTests.Fuzzing;

/// <summary>One operation of the served description, with what a generator needs of it.</summary>
/// <param name="Query">Names of the query parameters.</param>
/// <param name="Headers">Names of the header parameters.</param>
/// <param name="Body">Schema of the JSON body; null where it takes none.</param>
internal sealed record DescribedOperation(
    HttpMethod Method, string Path, IReadOnlySet<int> Statuses, IReadOnlyList<string> Query, IReadOnlyList<string> Headers, JsonElement? Body, bool TakesLines)
{
    public static IReadOnlyList<DescribedOperation> AllOf(JsonElement document) =>
        [.. from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select Read(document, path, operation)];

    private static DescribedOperation Read(JsonElement document, JsonProperty path, JsonProperty operation)
    {
        var parameters = ParametersOf(document, path.Value).Concat(ParametersOf(document, operation.Value)).ToList();
        var content = operation.Value.TryGetProperty("requestBody", out var body) ? SchemaCheck.Resolve(document, body).GetProperty("content") : default;
        return new DescribedOperation(
            new HttpMethod(operation.Name.ToUpperInvariant()),
            path.Name,
            operation.Value.GetProperty("responses").EnumerateObject().Select(r => int.Parse(r.Name, CultureInfo.InvariantCulture)).ToHashSet(),
            NamesIn(parameters, "query"),
            NamesIn(parameters, "header"),
            content.ValueKind == JsonValueKind.Object && content.TryGetProperty("application/json", out var json)
                ? SchemaCheck.Resolve(document, json.GetProperty("schema")) : null,
            content.ValueKind == JsonValueKind.Object && content.TryGetProperty("application/x-ndjson", out _));
    }

    private static IEnumerable<JsonElement> ParametersOf(JsonElement document, JsonElement owner) =>
        owner.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(p => SchemaCheck.Resolve(document, p)) : [];

    private static IReadOnlyList<string> NamesIn(IEnumerable<JsonElement> parameters, string place) =>
        [.. parameters.Where(p => p.GetProperty("in").GetString() == place).Select(p => p.GetProperty("name").GetString()!)];
}
