using System.Text.Encodings.Web;
using System.Text.Json;

namespace Scheduler.Web.Api.Answers;

/// <summary>A JSON answer written straight to the response.</summary>
/// <param name="write">Writes one JSON value.</param>
internal sealed class ApiJson(int status, Action<Utf8JsonWriter> write) : IResult
{
    /// <summary>Readable text stays readable: our answers are never embedded in HTML.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Headers of this answer, for example <c>Location</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        foreach (var (name, value) in Headers)
            response.Headers[name] = value;
        return WriteAsync(response, write);
    }

    internal static async Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        await using (writer)
            write(writer);
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }
}
