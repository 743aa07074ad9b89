using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Scheduler.Web.Streaming;

/// <summary>Writes the lines of <c>text/event-stream</c>. A client that takes nothing for ten seconds is given up.</summary>
internal sealed class EventStreamWriter(PipeWriter pipe, TimeProvider time)
{
    /// <summary>Small enough that a slow reader who does read finishes one piece within the limit.</summary>
    private const int FlushAt = 16 * 1024;

    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsFull => pipe.UnflushedBytes >= FlushAt;

    public void Write(StreamedEvent item)
    {
        if (item.Id is not null)
            Text($"id: {item.Id}\n");
        Text($"event: {item.Event}\ndata: ");
        using (var json = new Utf8JsonWriter(pipe, OneLine))
            JsonSerializer.Serialize(json, item.Data, item.Data.GetType(), Json);
        Text("\n\n");
    }

    public void WriteComment(string text) => Text($": {text}\n\n");

    /// <summary>Tells the client when to come again.</summary>
    public void WriteRetry(TimeSpan delay) => Text(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)delay.TotalMilliseconds}\n\n"));

    /// <summary>False where the client has gone or has stopped reading.</summary>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var flush = pipe.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
            return !(await flush).IsCompleted;
        try
        {
            return !(await flush.AsTask().WaitAsync(StallLimit, time, cancellationToken)).IsCompleted;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, pipe);
}
