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
    public SchemaProperties? Properties { get; set; }
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

    public void Check(JsonElement value, SchemaErrors errors)
    {
        if (!AllowsAny)
            errors.Add("is not allowed here");
        else if (Types != SchemaTypes.None && !FitsType(value))
            errors.Add("must be " + Names(Types));
        else
            CheckContent(value, errors);
    }

    private void CheckContent(JsonElement value, SchemaErrors errors)
    {
        if (Allowed is not null && !Allowed.Any(a => JsonElement.DeepEquals(a, value)))
            errors.Add("must be one of " + string.Join(", ", Allowed.Select(a => a.GetRawText())));
        if (AnyOf is not null && !AnyOf.Any(rule => rule.Fits(value)))
            errors.Add("fits none of the allowed shapes");
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: CheckObject(value, errors); break;
            case JsonValueKind.Array: CheckArray(value, errors); break;
            case JsonValueKind.String: CheckText(value, errors); break;
            case JsonValueKind.Number: CheckNumber(value, errors); break;
        }
    }

    private bool Fits(JsonElement value)
    {
        var errors = new SchemaErrors();
        Check(value, errors);
        return errors.IsEmpty;
    }

    private void CheckObject(JsonElement value, SchemaErrors errors)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
                errors.AddBelow(name, "is required");
        }
        CheckSize(value.GetPropertyCount(), Members, "members", errors);
        var place = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (Properties is not null && Properties.TryFind(member, place++, out var name, out var rule))
                rule.CheckMember(name, member.Value, errors);
            else if (Additional is { AllowsAny: false })
                errors.AddBelow(member.Name, "is not a known member");
            else
                Additional?.CheckMember(member.Name, member.Value, errors);
        }
    }

    private void CheckMember(string name, JsonElement value, SchemaErrors errors)
    {
        errors.Enter(name);
        Check(value, errors);
        errors.Leave();
    }

    private void CheckArray(JsonElement value, SchemaErrors errors)
    {
        CheckSize(value.GetArrayLength(), Count, "items", errors);
        if (Items is null)
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            errors.Enter(index++);
            Items.Check(item, errors);
            errors.Leave();
        }
    }

    private void CheckText(JsonElement value, SchemaErrors errors)
    {
        if (Text == default && Pattern is null && Format is null)
            return;
        var text = value.GetString() ?? "";
        CheckSize(text.Length, Text, "characters", errors);
        if (Pattern is not null && !Matches(Pattern, text))
            errors.Add($"must match {Pattern}");
        if (Format is not null && SchemaFormats.Check(Format, value) is { } problem)
            errors.Add(problem);
    }

    private void CheckNumber(JsonElement value, SchemaErrors errors)
    {
        // Beyond a decimal's range the sign alone decides; such a number breaks every bound on its side.
        var number = value.TryGetDecimal(out var exact) ? exact : value.GetDouble() < 0 ? decimal.MinValue : decimal.MaxValue;
        if (number < Minimum || (ExclusiveMinimum is not null && number <= ExclusiveMinimum))
            errors.Add(ExclusiveMinimum is null ? $"must be at least {Show(Minimum)}" : $"must be more than {Show(ExclusiveMinimum)}");
        if (number > Maximum || (ExclusiveMaximum is not null && number >= ExclusiveMaximum))
            errors.Add(ExclusiveMaximum is null ? $"must be at most {Show(Maximum)}" : $"must be less than {Show(ExclusiveMaximum)}");
    }

    private static void CheckSize(int size, (int? Least, int? Most) bounds, string unit, SchemaErrors errors)
    {
        if (size < bounds.Least)
            errors.Add($"must have at least {bounds.Least} {unit}");
        if (size > bounds.Most)
            errors.Add($"must have at most {bounds.Most} {unit}");
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
