using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// A job's transitions, oldest first: the history field (one JSON object a line, or a letter and an instant; at most 20), and what stands in fields of its own,
/// the creation, the last start and a plain end (whole_history in history.lua does the same). Parsed when somebody looks.
/// </summary>
internal sealed class JobHistory(string? lines, DateTimeOffset createdAt, string? start, string? end, string state) : IReadOnlyList<HistoryEntry>
{
    private const int Kept = 20;

    private IReadOnlyList<HistoryEntry>? entries;

    public int Count => Entries.Count;

    public HistoryEntry this[int index] => Entries[index];

    private IReadOnlyList<HistoryEntry> Entries => entries ??= Read();

    public IEnumerator<HistoryEntry> GetEnumerator() => Entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Instant and worker, as the start field has them.</summary>
    public static (DateTimeOffset At, string? Worker)? ReadStart(string? start)
    {
        if (start is null)
            return null;
        var space = start.IndexOf(' ', StringComparison.Ordinal);
        var at = ReadInstant(space < 0 ? start : start[..space]);
        return at is { } instant ? (instant, space < 0 ? null : start[(space + 1)..]) : null;
    }

    public static DateTimeOffset? ReadInstant(ReadOnlySpan<char> ms) =>
        long.TryParse(ms, CultureInfo.InvariantCulture, out var value) ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private List<HistoryEntry> Read()
    {
        var read = new List<HistoryEntry>();
        foreach (var line in (lines ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(line) is { } entry)
                read.Add(entry);
        }
        if (ReadStart(start) is { } started && !read.Any(e => e.State == JobStates.Processing && e.At == started.At))
            read.Add(new HistoryEntry(JobStates.Processing, started.At, null, started.Worker, null));
        if (JobStates.IsFinal(state) && ReadInstant(end) is { } ended && (read.Count == 0 || read[^1].State != state))
            read.Add(new HistoryEntry(state, ended, null, null, null));
        if (read.Count < Kept && (read.Count == 0 || read[0].State is JobStates.Processing or JobStates.Deleted))
            read.Insert(0, new HistoryEntry(JobStates.Enqueued, createdAt, null, null, null));
        return read;
    }

    private static HistoryEntry? Parse(string line)
    {
        // A plain wait is a letter and its instant.
        if (line[0] is 'E' or 'S' && ReadInstant(line.AsSpan(1)) is { } since)
            return new HistoryEntry(line[0] == 'E' ? JobStates.Enqueued : JobStates.Scheduled, since, null, null, null);
        try
        {
            return JsonSerializer.Deserialize<Line>(line) is { State: { } state } l
                ? new HistoryEntry(state, DateTimeOffset.FromUnixTimeMilliseconds(l.At), l.Reason, l.Worker, l.Data)
                : null;
        }
        catch (JsonException)
        {
            // Written by another version or another hand: one unreadable line must not hide the job.
            return null;
        }
    }

    private sealed record Line(
        [property: JsonPropertyName("s")] string? State,
        [property: JsonPropertyName("t")] long At,
        [property: JsonPropertyName("r")] string? Reason,
        [property: JsonPropertyName("w")] string? Worker,
        [property: JsonPropertyName("d")] Dictionary<string, string>? Data);
}
