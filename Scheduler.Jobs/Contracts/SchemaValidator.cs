using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Contracts;

/// <summary>
/// Checks JSON against a JSON Schema and collects every error. Understands what <see cref="ArgsSchema"/> writes: type, properties,
/// required, additionalProperties, items, enum, const, anyOf, bounds, lengths, pattern, format and local <c>$ref</c>s.
/// </summary>
internal sealed class SchemaValidator
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(100);

    private readonly JsonNode root;
    private readonly Dictionary<string, SchemaRule> referenced = [];
    private readonly SchemaRule rule;

    public SchemaValidator(JsonNode schema)
    {
        root = schema;
        // A recursive type refers back to the node that is being read: it is known by its pointer before its members are.
        rule = referenced["#"] = new SchemaRule();
        Fill(rule, schema);
    }

    /// <summary>JSON pointers to messages; empty = valid.</summary>
    public IReadOnlyDictionary<string, string[]> Validate(JsonElement value)
    {
        var errors = new SchemaErrors();
        rule.Check(value, errors);
        return errors.ToDictionary();
    }

    private SchemaRule Read(JsonNode node)
    {
        if (node is JsonObject { Count: > 0 } and var schema && schema["$ref"] is { } reference)
            return Follow(reference.GetValue<string>());
        var read = new SchemaRule();
        Fill(read, node);
        return read;
    }

    private SchemaRule Follow(string reference)
    {
        if (referenced.TryGetValue(reference, out var known))
            return known;
        var read = referenced[reference] = new SchemaRule();
        Fill(read, Resolve(reference));
        return read;
    }

    private JsonNode Resolve(string reference)
    {
        var node = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = (node is JsonArray array ? array[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node[name])
                ?? throw new InvalidOperationException($"The schema refers to {reference}, which it does not have.");
        }
        return node;
    }

    private void Fill(SchemaRule target, JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            target.AllowsAny = node.GetValue<bool>();
            return;
        }
        target.Types = TypesOf(schema["type"]);
        target.Required = [.. schema["required"]?.AsArray().Select(n => n!.GetValue<string>()) ?? []];
        target.Properties = schema["properties"]?.AsObject() is { } properties ? new SchemaProperties(properties.Select(p => KeyValuePair.Create(p.Key, Read(p.Value!)))) : null;
        target.Additional = schema["additionalProperties"] is { } additional ? Read(additional) : null;
        target.Items = schema["items"] is { } items ? Read(items) : null;
        target.Allowed = schema["enum"] is JsonArray values ? [.. values.Select(ToElement)] : schema.ContainsKey("const") ? [ToElement(schema["const"])] : null;
        target.AnyOf = schema["anyOf"] is JsonArray choices ? [.. choices.Select(c => Read(c!))] : null;
        (target.Minimum, target.Maximum) = (Decimal(schema, "minimum"), Decimal(schema, "maximum"));
        (target.ExclusiveMinimum, target.ExclusiveMaximum) = (Decimal(schema, "exclusiveMinimum"), Decimal(schema, "exclusiveMaximum"));
        target.Text = (Whole(schema, "minLength"), Whole(schema, "maxLength"));
        target.Count = (Whole(schema, "minItems"), Whole(schema, "maxItems"));
        target.Members = (Whole(schema, "minProperties"), Whole(schema, "maxProperties"));
        target.Pattern = schema["pattern"] is { } pattern ? Compile(pattern.GetValue<string>()) : null;
        target.Format = schema["format"]?.GetValue<string>();
    }

    // In a JSON Schema $ is the end of the text; in .NET it would let one more line break through.
    private static Regex Compile(string pattern) => new(
        pattern.EndsWith('$') && !pattern.EndsWith(@"\$", StringComparison.Ordinal) ? pattern[..^1] + @"\z" : pattern,
        RegexOptions.CultureInvariant, PatternTime);

    private static JsonElement ToElement(JsonNode? node) => JsonSerializer.SerializeToElement(node);

    private static decimal? Decimal(JsonObject schema, string keyword) =>
        schema[keyword] is { } bound ? JsonSerializer.SerializeToElement(bound).GetDecimal() : null;

    private static int? Whole(JsonObject schema, string keyword) => (int?)Decimal(schema, keyword);

    private static SchemaTypes TypesOf(JsonNode? type) => type switch
    {
        null => SchemaTypes.None,
        JsonArray several => several.Aggregate(SchemaTypes.None, (all, one) => all | TypesOf(one)),
        _ => type.GetValue<string>() switch
        {
            "null" => SchemaTypes.Null,
            "boolean" => SchemaTypes.Boolean,
            "number" => SchemaTypes.Number,
            "integer" => SchemaTypes.Integer,
            "string" => SchemaTypes.Text,
            "array" => SchemaTypes.Array,
            "object" => SchemaTypes.Object,
            var other => throw new InvalidOperationException($"The schema names a type '{other}'; JSON Schema has none of that name."),
        },
    };
}
