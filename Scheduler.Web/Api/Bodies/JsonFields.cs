using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Bodies;

/// <summary>
/// Reads the members of one JSON object by name and collects what is wrong with them. A member that is null counts as left out.
/// Ask for every known member, then call <see cref="RefuseOthers"/>.
/// </summary>
/// <param name="pointer">Where the object is in the body; empty for the body itself.</param>
internal sealed class JsonFields(JsonElement element, string pointer, ValidationErrors errors)
{
    private const int MaxTags = 20;

    /// <summary>False where the text stands for no value.</summary>
    public delegate bool TryRead<T>(string text, [MaybeNullWhen(false)] out T value);

    private readonly List<string> known = [];

    /// <summary>Null, and an error, where the value is no object.</summary>
    public static JsonFields? Of(JsonElement element, string pointer, ValidationErrors errors)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return new JsonFields(element, pointer, errors);
        errors.Add(pointer, "must be an object");
        return null;
    }

    public string PointerTo(string name) => pointer + "/" + JsonPointer.Escape(name);

    public void Refuse(string name, string message, string code = ProblemCodes.InvalidRequest) => errors.Add(PointerTo(name), message, code);

    /// <summary>For a rule that knows where below this object the fault lies.</summary>
    /// <param name="below">JSON pointer from this object on.</param>
    public void RefuseAt(string below, string message) => errors.Add(pointer + below, message);

    /// <summary>The member as it is; null where it is left out.</summary>
    public JsonElement? Value(string name)
    {
        known.Add(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name) => As(name, JsonValueKind.String, "must be a string")?.GetString();

    public string? RequiredText(string name)
    {
        var before = Value(name);
        if (before is null)
            Refuse(name, "is required");
        return before is null ? null : Text(name);
    }

    public bool? Flag(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, "must be true or false");
        return null;
    }

    /// <summary>1, 1.0 and 1e0 are one number.</summary>
    public int? Integer(string name, int min, int max)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            && number == decimal.Truncate(number) && number >= min && number <= max)
            return (int)number;
        Refuse(name, $"must be a whole number from {min} to {max}");
        return null;
    }

    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (IsoDuration.TryParse(text, out var duration))
            return duration;
        Refuse(name, IsoDuration.Expected);
        return null;
    }

    /// <summary>A duration that cannot be zero: a timeout, an interval.</summary>
    public TimeSpan? PositiveDuration(string name)
    {
        var duration = Duration(name);
        if (duration == TimeSpan.Zero)
            Refuse(name, "must be longer than zero");
        return duration;
    }

    /// <summary>What the strings of a list stand for; null where it is left out, an error for each that stands for nothing.</summary>
    /// <param name="rule">What an item must be.</param>
    public IReadOnlyList<T>? Items<T>(string name, int maxItems, TryRead<T> read, string rule)
    {
        if (Texts(name, maxItems) is not { } texts)
            return null;
        var values = new List<T>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (read(texts[i], out var value))
                values.Add(value);
            else
                errors.Add($"{PointerTo(name)}/{i}", rule);
        }
        return values;
    }

    /// <summary>Null where left out; an error for each item that is no duration.</summary>
    public IReadOnlyList<TimeSpan>? Durations(string name, int maxItems) =>
        Items<TimeSpan>(name, maxItems, IsoDuration.TryParse, IsoDuration.Expected);

    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (IsoInstant.TryParse(text, out var instant))
            return instant;
        Refuse(name, IsoInstant.Rule);
        return null;
    }

    public string? Queue(string name)
    {
        var queue = Text(name);
        if (queue is null || Names.IsQueue(queue))
            return queue;
        Refuse(name, Names.QueueRule);
        return null;
    }

    /// <summary>Null where left out; an error where it is no list of strings or longer than <paramref name="maxItems"/>.</summary>
    public IReadOnlyList<string>? Texts(string name, int maxItems)
    {
        if (As(name, JsonValueKind.Array, "must be a list of strings") is not { } list)
            return null;
        if (list.GetArrayLength() > maxItems)
        {
            Refuse(name, $"must have at most {maxItems} items");
            return null;
        }
        var texts = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
                texts.Add(item.GetString()!);
            else
                errors.Add($"{PointerTo(name)}/{texts.Count}", "must be a string");
        }
        return texts.Count == list.GetArrayLength() ? texts : null;
    }

    /// <summary>Tags in the order given, each once.</summary>
    public IReadOnlyList<string> Tags(string name)
    {
        var tags = Texts(name, MaxTags) ?? [];
        for (var i = 0; i < tags.Count; i++)
        {
            if (!Names.IsTag(tags[i]))
                errors.Add($"{PointerTo(name)}/{i}", Names.TagRule);
        }
        return tags.Count < 2 ? tags : [.. tags.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The members of an object within this one; null where it is left out.</summary>
    public JsonFields? Nested(string name) => Value(name) is { } value ? Of(value, PointerTo(name), errors) : null;

    /// <summary>The objects of a list within this object; errors for items that are none.</summary>
    public IReadOnlyList<JsonFields> NestedItems(string name, int maxItems)
    {
        if (As(name, JsonValueKind.Array, "must be a list of objects") is not { } list)
            return [];
        if (list.GetArrayLength() > maxItems)
        {
            Refuse(name, $"must have at most {maxItems} items");
            return [];
        }
        return [.. list.EnumerateArray().Select((item, i) => Of(item, $"{PointerTo(name)}/{i}", errors)).OfType<JsonFields>()];
    }

    /// <summary>An error for each member that nobody asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                Refuse(member.Name, "is not a known field");
        }
    }

    private JsonElement? As(string name, JsonValueKind kind, string rule)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind == kind)
            return value;
        Refuse(name, rule);
        return null;
    }
}
