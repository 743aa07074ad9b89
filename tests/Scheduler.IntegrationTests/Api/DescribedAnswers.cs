using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scheduler.IntegrationTests.Api;

/// <summary>
/// Holds each answer against <c>/openapi/v1.json</c> as the same host serves it: the status is declared, the content type too,
/// and the body fits its schema. Paths that are not described must be refused.
/// </summary>
internal sealed partial class DescribedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private JsonElement? document;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/health/", StringComparison.Ordinal))
            return response;
        var root = document ??= await ReadDocumentAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (OperationFor(root, request) is { } operation)
            Check(root, operation, response, body);
        else
            Assert.True((int)response.StatusCode is 401 or 404 or 405, $"{request.Method} {path} is not described");
        if ((int)response.StatusCode >= 400)
            CheckProblem(response, body);
        return response;
    }

    private async Task<JsonElement> ReadDocumentAsync(HttpRequestMessage like, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(like.RequestUri!, "/openapi/v1.json"));
        request.Headers.Add("X-Api-Key", ApiHost.Key);
        using var response = await base.SendAsync(request, cancellationToken);
        return JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
    }

    private static JsonElement? OperationFor(JsonElement root, HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        foreach (var described in root.GetProperty("paths").EnumerateObject().OrderBy(p => p.Name.Count(c => c == '{')))
        {
            var pattern = "^" + Placeholder().Replace(Regex.Escape(described.Name).Replace("\\{", "{", StringComparison.Ordinal), "[^/]+") + "$";
            if (Regex.IsMatch(path, pattern) && described.Value.TryGetProperty(request.Method.Method.ToLowerInvariant(), out var operation))
                return operation;
        }
        return null;
    }

    private static void Check(JsonElement root, JsonElement operation, HttpResponseMessage response, string body)
    {
        var status = $"{(int)response.StatusCode}";
        var name = operation.GetProperty("operationId").GetString();
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out var declared), $"{name} does not declare {status}: {body}");
        declared = SchemaCheck.Resolve(root, declared);
        if (!declared.TryGetProperty("content", out var content))
            return;
        var mediaType = response.Content.Headers.ContentType!.MediaType!;
        Assert.True(content.TryGetProperty(mediaType, out var described), $"{name} {status} does not declare {mediaType}");
        if (mediaType.EndsWith("json", StringComparison.Ordinal))
            SchemaCheck.Run(root, described.GetProperty("schema"), JsonElement.Parse(body), $"{name} {status}");
    }

    private static void CheckProblem(HttpResponseMessage response, string body)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(body);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal("urn:scheduler:problem:" + problem.GetProperty("code").GetString(), problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.DoesNotMatch(Internals(), body);
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"Exception|   at |System\.|StackExchange|127\.0\.0\.1|\{t[0-9a-f]{32}\}")]
    private static partial Regex Internals();
}
