using System.Text.Json;

namespace Scheduler.Jobs.Events;

/// <summary>
/// One record of the log: the events of one script, under one number after the other. Arrival only counts them;
/// they are parsed when the first reader wants them, once for all readers.
/// </summary>
internal sealed class EventRecord
{
    /// <summary>Bytes of a record that tell it from any other: they hold its first number, its instant and its first job's id.</summary>
    public const int HeadLength = 120;

    private readonly byte[] text;
    private IReadOnlyList<JobEvent>? events;

    private EventRecord(long epoch, long first, int count, byte[] text)
    {
        Epoch = epoch;
        First = first;
        Last = first + count - 1;
        this.text = text;
    }

    public long Epoch { get; }
    public long First { get; }
    public long Last { get; }
    public int Size => text.Length;
    public byte[] Head => text.Length <= HeadLength ? text : text[..HeadLength];

    /// <summary>Two readers may both parse; they get equal lists.</summary>
    public IReadOnlyList<JobEvent> Events => events ??= EventJson.ReadEvents(Epoch, First, text);

    public bool IsSameAs(EventRecord other) => text.AsSpan().SequenceEqual(other.text);

    /// <summary>Null where the text is no record: anybody who reaches Redis may publish anything.</summary>
    public static EventRecord? TryRead(long epoch, byte[] text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            if (!FindNumber(ref reader, "first"u8, out var first) || !FindEvents(ref reader))
                return null;
            var count = CountEvents(ref reader);
            return count > 0 && first > 0 ? new EventRecord(epoch, first, count, text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool FindNumber(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, out long number)
    {
        number = 0;
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name)
            && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number);
    }

    private static bool FindEvents(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEvents = reader.ValueTextEquals("events"u8);
            reader.Read();
            if (isEvents)
                return reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
        }
        return false;
    }

    private static int CountEvents(ref Utf8JsonReader reader)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            count += CountOfGroup(ref reader);
        return reader.TokenType == JsonTokenType.EndArray ? count : 0;
    }

    /// <summary>An object is one event, or as many as it has <c>jobIds</c>.</summary>
    private static int CountOfGroup(ref Utf8JsonReader reader)
    {
        var count = 1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIds = reader.ValueTextEquals("jobIds"u8);
            reader.Read();
            if (isIds && reader.TokenType == JsonTokenType.StartArray)
                count = CountItems(ref reader);
            else
                reader.Skip();
        }
        return count;
    }

    private static int CountItems(ref Utf8JsonReader reader)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            count++;
        return count;
    }
}
