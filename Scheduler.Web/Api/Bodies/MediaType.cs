using Microsoft.Net.Http.Headers;

namespace Scheduler.Web.Api.Bodies;

/// <summary>The content types that bodies come in.</summary>
internal static class MediaType
{
    public const string Json = "application/json";
    public const string NdJson = "application/x-ndjson";

    public const string Calendar = "text/calendar";

    public static bool IsCalendar(HttpRequest request) => Is(request, Calendar);

    public static bool IsJson(HttpRequest request) => Is(request, Json);

    public static bool IsNdJson(HttpRequest request) => Is(request, NdJson);

    private static bool Is(HttpRequest request, string mediaType) =>
        request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var sent)
        && sent.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && (!sent.Charset.HasValue || HeaderUtilities.RemoveQuotes(sent.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
