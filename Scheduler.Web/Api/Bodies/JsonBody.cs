using System.Text.Json;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Bodies;

/// <summary>A request body as one strict JSON value. Dispose it when its elements are no longer needed.</summary>
internal sealed class JsonBody : IDisposable
{
    /// <summary>The most bytes of one job, one schedule, or any other single resource.</summary>
    public const int MaxBytes = 262_144;

    /// <summary>Objects and arrays within each other.</summary>
    public const int MaxDepth = 32;

    private readonly JsonDocument document;
    private readonly BodyBytes? bytes;

    private JsonBody(JsonDocument document, BodyBytes? bytes)
    {
        this.document = document;
        this.bytes = bytes;
    }

    public JsonElement Root => document.RootElement;

    /// <summary>Reads <c>application/json</c> of at most <see cref="MaxBytes"/>. Exactly one of the two is not null.</summary>
    public static Task<(JsonBody? Body, ApiProblem? Refused)> ReadAsync(HttpContext context) => ReadAsync(context, MaxBytes);

    /// <summary>As the other, for a body that holds many resources.</summary>
    public static async Task<(JsonBody? Body, ApiProblem? Refused)> ReadAsync(HttpContext context, int maxBytes)
    {
        if (!MediaType.IsJson(context.Request))
            return (null, Problem.UnsupportedMediaType(MediaType.Json));
        var (bytes, refused) = await BodyBytes.ReadAsync(context, maxBytes);
        return bytes is null ? (null, refused) : Parse(bytes);
    }

    /// <summary>As the first, for a body that may be left out: then both are null.</summary>
    public static async Task<(JsonBody? Body, ApiProblem? Refused)> ReadOptionalAsync(HttpContext context)
    {
        var (bytes, refused) = await BodyBytes.ReadAsync(context, MaxBytes);
        if (bytes is { Memory.Length: > 0 } && MediaType.IsJson(context.Request))
            return Parse(bytes);
        using (bytes)
            return (null, bytes is { Memory.Length: > 0 } ? Problem.UnsupportedMediaType(MediaType.Json) : refused);
    }

    /// <summary>Parses one value out of a larger body, which must outlive it.</summary>
    /// <param name="depth">Levels this value may have of its own.</param>
    public static (JsonBody? Body, ApiProblem? Refused) Parse(ReadOnlyMemory<byte> json, int depth = MaxDepth) =>
        StrictJson.TryParse(json, depth, out var document, out var fault)
            ? (new JsonBody(document, null), null)
            : (null, Problem.MalformedJson($"The body {fault}."));

    public void Dispose()
    {
        document.Dispose();
        bytes?.Dispose();
    }

    private static (JsonBody? Body, ApiProblem? Refused) Parse(BodyBytes bytes)
    {
        if (StrictJson.TryParse(bytes.Memory, MaxDepth, out var document, out var fault))
            return (new JsonBody(document, bytes), null);
        bytes.Dispose();
        return (null, Problem.MalformedJson($"The body {fault}."));
    }
}
