using System.Text.Json;
using Scheduler.Jobs.Engine;

namespace Scheduler.Web.Api.Answers;

/// <summary>A list: <c>{ "items": [...], "nextCursor": "..." | null }</c>, flushed as it grows so that a long page is never held whole.</summary>
/// <param name="page">Its cursor is the store's; the answer shows it opaque.</param>
/// <param name="write">Writes one item.</param>
internal sealed class PageAnswer<T>(Page<T> page, Action<Utf8JsonWriter, T> write) : IResult
{
    private const int FlushAt = 32 * 1024;

    public PageAnswer(IReadOnlyList<T> all, Action<Utf8JsonWriter, T> write) : this(new Page<T>(all, null), write) { }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(response.BodyWriter, ApiJson.WriterOptions);
        await using (writer)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var item in page.Items)
            {
                write(writer, item);
                if (writer.BytesPending + response.BodyWriter.UnflushedBytes > FlushAt)
                    await FlushAsync(writer, httpContext);
            }
            writer.WriteEndArray();
            writer.WriteString("nextCursor"u8, page.NextCursor is null ? null : Cursor.Write(page.NextCursor));
            if (page.IsPartial)
                writer.WriteBoolean("partial"u8, true);
            writer.WriteEndObject();
        }
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    private static async Task FlushAsync(Utf8JsonWriter writer, HttpContext context)
    {
        await writer.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
