using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Contracts;

/// <summary>The JSON types a schema node allows.</summary>
[Flags]
internal enum SchemaTypes
{
    None = 0, Null = 1, Boolean = 2, Number = 4, Integer = 8, Text = 16, Array = 32, Object = 64,
}

/// <summary>One node of a JSON Schema, made ready for checking. Null means that the schema does not limit it.</summary>
internal sealed class SchemaRule
{
    /// <summary>False for the schema <c>false</c>, which nothing fits.</summary>
    public bool AllowsAny { get; set; } = true;

    public SchemaTypes Types { get; set; }
    public FrozenDictionary<string, SchemaRule>? Properties { get; set; }
    public IReadOnlyList<string> Required { get; set; } = [];
    public SchemaRule? Additional { get; set; }
    public SchemaRule? Items { get; set; }
    public IReadOnlyList<JsonElement>? Allowed { get; set; }
    public IReadOnlyList<SchemaRule>? AnyOf { get; set; }
    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }
    public decimal? ExclusiveMinimum { get; set; }
    public decimal? ExclusiveMaximum { get; set; }

    /// <summary>Bounds of a text's characters, an array's items, or an object's members.</summary>
    public (int? Least, int? Most) Text { get; set; }
    public (int? Least, int? Most) Count { get; set; }
    public (int? Least, int? Most) Members { get; set; }
    public Regex? Pattern { get; set; }
    public string? Format { get; set; }

    public void Check(JsonElement value, string pointer, SchemaErrors errors)
    {
        if (!AllowsAny)
            errors.Add(pointer, "is not allowed here");
        else if (Types != SchemaTypes.None && !FitsType(value))
            errors.Add(pointer, "must be " + Names(Types));
        else
            CheckContent(value, pointer, errors);
    }

    private void CheckContent(JsonElement value, string pointer, SchemaErrors errors)
    {
        if (Allowed is not null && !Allowed.Any(a => JsonElement.DeepEquals(a, value)))
            errors.Add(pointer, "must be one of " + string.Join(", ", Allowed.Select(a => a.GetRawText())));
        if (AnyOf is not null && !AnyOf.Any(rule => rule.Fits(value)))
            errors.Add(pointer, "fits none of the allowed shapes");
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: CheckObject(value, pointer, errors); break;
            case JsonValueKind.Array: CheckArray(value, pointer, errors); break;
            case JsonValueKind.String: CheckText(value, pointer, errors); break;
            case JsonValueKind.Number: CheckNumber(value, pointer, errors); break;
        }
    }

    private bool Fits(JsonElement value)
    {
        var errors = new SchemaErrors();
        Check(value, "", errors);
        return errors.IsEmpty;
    }

    private void CheckObject(JsonElement value, string pointer, SchemaErrors errors)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
                errors.Add(SchemaErrors.Below(pointer, name), "is required");
        }
        CheckSize(value.GetPropertyCount(), Members, "members", pointer, errors);
        foreach (var member in value.EnumerateObject())
        {
            var below = SchemaErrors.Below(pointer, member.Name);
            if (Properties is not null && Properties.TryGetValue(member.Name, out var rule))
                rule.Check(member.Value, below, errors);
            else if (Additional is { AllowsAny: false })
                errors.Add(below, "is not a known member");
            else
                Additional?.Check(member.Value, below, errors);
        }
    }

    private void CheckArray(JsonElement value, string pointer, SchemaErrors errors)
    {
        CheckSize(value.GetArrayLength(), Count, "items", pointer, errors);
        if (Items is null)
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Items.Check(item, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), errors);
    }

    private void CheckText(JsonElement value, string pointer, SchemaErrors errors)
    {
        var text = value.GetString() ?? "";
        CheckSize(text.Length, Text, "characters", pointer, errors);
        if (Pattern is not null && !Matches(Pattern, text))
            errors.Add(pointer, $"must match {Pattern}");
        if (Format is not null && SchemaFormats.Check(Format, value) is { } problem)
            errors.Add(pointer, problem);
    }

    private void CheckNumber(JsonElement value, string pointer, SchemaErrors errors)
    {
        // Beyond a decimal's range the sign alone decides; such a number breaks every bound on its side.
        var number = value.TryGetDecimal(out var exact) ? exact : value.GetDouble() < 0 ? decimal.MinValue : decimal.MaxValue;
        if (number < Minimum || (ExclusiveMinimum is not null && number <= ExclusiveMinimum))
            errors.Add(pointer, ExclusiveMinimum is null ? $"must be at least {Show(Minimum)}" : $"must be more than {Show(ExclusiveMinimum)}");
        if (number > Maximum || (ExclusiveMaximum is not null && number >= ExclusiveMaximum))
            errors.Add(pointer, ExclusiveMaximum is null ? $"must be at most {Show(Maximum)}" : $"must be less than {Show(ExclusiveMaximum)}");
    }

    private static void CheckSize(int size, (int? Least, int? Most) bounds, string unit, string pointer, SchemaErrors errors)
    {
        if (size < bounds.Least)
            errors.Add(pointer, $"must have at least {bounds.Least} {unit}");
        if (size > bounds.Most)
            errors.Add(pointer, $"must have at most {bounds.Most} {unit}");
    }

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private bool FitsType(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => Types.HasFlag(SchemaTypes.Null),
        JsonValueKind.True or JsonValueKind.False => Types.HasFlag(SchemaTypes.Boolean),
        JsonValueKind.String => Types.HasFlag(SchemaTypes.Text),
        JsonValueKind.Array => Types.HasFlag(SchemaTypes.Array),
        JsonValueKind.Object => Types.HasFlag(SchemaTypes.Object),
        // 1.0 and 1e3 are whole for JSON Schema, but no .NET integer reads them.
        JsonValueKind.Number => Types.HasFlag(SchemaTypes.Number)
            || (Types.HasFlag(SchemaTypes.Integer) && value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0),
        _ => false,
    };

    private static string Show(decimal? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Names(SchemaTypes types) => string.Join(" or ", new (SchemaTypes Type, string Name)[]
    {
        (SchemaTypes.Text, "a string"), (SchemaTypes.Integer, "a whole number"), (SchemaTypes.Number, "a number"),
        (SchemaTypes.Boolean, "true or false"), (SchemaTypes.Array, "an array"), (SchemaTypes.Object, "an object"), (SchemaTypes.Null, "null"),
    }.Where(n => types.HasFlag(n.Type)).Select(n => n.Name));
}
