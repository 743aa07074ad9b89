using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Scheduler.Web.Api.Answers;

namespace Scheduler.Web.Api.Problems;

/// <summary>An RFC 9457 problem: the one form in which this host refuses anything. Says nothing of types, keys or addresses.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">What is wrong with this request, for a person.</param>
internal sealed record ApiProblem(int Status, string Code, string Title, string? Detail = null) : IResult
{
    public const string ContentType = "application/problem+json";

    /// <summary>JSON pointers (or query parameters, as pointers) to messages.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>More members for this kind of problem.</summary>
    public Action<Utf8JsonWriter>? More { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return ApiJson.WriteAsync(response, writer => Write(writer, httpContext));
    }

    private void Write(Utf8JsonWriter writer, HttpContext context)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "urn:scheduler:problem:" + Code);
        writer.WriteString("title"u8, Title);
        writer.WriteNumber("status"u8, Status);
        if (Detail is not null)
            writer.WriteString("detail"u8, Detail);
        writer.WriteString("code"u8, Code);
        writer.WriteString("traceId"u8, Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier);
        if (Errors is not null)
            WriteErrors(writer, Errors);
        More?.Invoke(writer);
        writer.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter writer, IReadOnlyDictionary<string, string[]> errors)
    {
        writer.WriteStartObject("errors"u8);
        foreach (var (pointer, messages) in errors)
        {
            writer.WriteStartArray(pointer);
            foreach (var message in messages)
                writer.WriteStringValue(message);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
