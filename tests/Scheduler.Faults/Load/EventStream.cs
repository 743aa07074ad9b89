using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Load;

/// <summary>Reads server-sent events as lines of the history.</summary>
internal static partial class EventStream
{
    public static async IAsyncEnumerable<EventLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            // The parser repeats the last id where an event has none, as browsers do; a gap has none.
            if (item.EventType == "gap")
                yield return new EventLine(Monotonic.Now, null, "gap", null, null);
            else if (item.EventId is { Length: > 0 } id)
                yield return Read(id, item.EventType, item.Data);
        }
    }

    public static long SequenceOf(string id) => long.Parse(id.AsSpan(id.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    /// <summary>The token under which a result or an error was made, as the witnessed handlers write it.</summary>
    public static long? FenceOf(JsonElement job)
    {
        if (job.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object && result.TryGetProperty("fence", out var fence))
            return fence.GetInt64();
        return job.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            && FenceInText().Match(message.GetString() ?? "") is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    private static EventLine Read(string id, string name, string data)
    {
        using var json = JsonDocument.Parse(data);
        var job = json.RootElement.TryGetProperty("jobId", out var jobId) ? jobId.GetString() : null;
        return new EventLine(Monotonic.Now, id, name, job, name is "job.succeeded" or "job.failed" ? FenceOf(json.RootElement) : null);
    }

    [GeneratedRegex(@"fence (\d+)")]
    private static partial Regex FenceInText();
}
