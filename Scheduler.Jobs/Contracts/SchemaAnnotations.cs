using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Scheduler.Jobs.Contracts;

/// <summary>Adds to a member's schema what its attributes and its .NET type say beyond the JSON type.</summary>
internal static class SchemaAnnotations
{
    private static readonly Dictionary<Type, (decimal Least, decimal Most)> Whole = new()
    {
        [typeof(byte)] = (byte.MinValue, byte.MaxValue),
        [typeof(sbyte)] = (sbyte.MinValue, sbyte.MaxValue),
        [typeof(short)] = (short.MinValue, short.MaxValue),
        [typeof(ushort)] = (ushort.MinValue, ushort.MaxValue),
        [typeof(int)] = (int.MinValue, int.MaxValue),
        [typeof(uint)] = (uint.MinValue, uint.MaxValue),
        [typeof(long)] = (long.MinValue, long.MaxValue),
        [typeof(ulong)] = (ulong.MinValue, ulong.MaxValue),
    };

    /// <summary>
    /// Called by the exporter for every node, from the leaves up. It leaves out some members (a nullable duration with a default),
    /// so members are completed by the object that has them.
    /// </summary>
    public static JsonNode Apply(JsonSchemaExporterContext context, JsonNode exported)
    {
        var schema = OfType(context.TypeInfo.Type, exported);
        if (context.PropertyInfo is null && schema is JsonObject described)
            Describe(described, From(context.TypeInfo.Type));
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && schema["properties"] is JsonObject members)
        {
            foreach (var property in context.TypeInfo.Properties.Where(p => members.ContainsKey(p.Name)))
                members[property.Name] = OfMember(property, members[property.Name]!);
        }
        return schema;
    }

    private static JsonNode OfMember(JsonPropertyInfo property, JsonNode exported)
    {
        var schema = OfType(property.PropertyType, exported).DeepClone();
        Attribute[] attributes = [.. From(property.AttributeProvider), .. From(property.AssociatedParameter?.AttributeProvider)];
        if (attributes.Length == 0 || schema is not JsonObject && schema.GetValueKind() != JsonValueKind.True)
            return schema;
        var annotated = schema as JsonObject ?? [];
        foreach (var attribute in attributes)
            Apply(annotated, attribute, LimitsOf(property.PropertyType));
        Describe(annotated, attributes);
        return annotated;
    }

    private static JsonNode OfType(Type type, JsonNode exported)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(TimeSpan))
            return Duration(isNullable: plain != type, exported);
        if (Whole.TryGetValue(plain, out var bounds) && exported is JsonObject { Count: > 0 } number)
        {
            number["minimum"] = bounds.Least;
            number["maximum"] = bounds.Most;
        }
        return exported;
    }

    private static JsonObject Duration(bool isNullable, JsonNode exported)
    {
        var schema = exported as JsonObject ?? [];
        schema["type"] = isNullable ? new JsonArray("string", "null") : "string";
        schema["format"] = "duration";
        return schema;
    }

    private static (string Least, string Most) LimitsOf(Type type) =>
        type == typeof(string) ? ("minLength", "maxLength")
        : JobJson.StrictOptions.GetTypeInfo(type).Kind == JsonTypeInfoKind.Dictionary ? ("minProperties", "maxProperties")
        : ("minItems", "maxItems");

    private static IEnumerable<Attribute> From(ICustomAttributeProvider? provider) =>
        provider?.GetCustomAttributes(inherit: true).OfType<Attribute>() ?? [];

    private static void Describe(JsonObject schema, IEnumerable<Attribute> attributes)
    {
        if (attributes.OfType<DescriptionAttribute>().FirstOrDefault() is { Description.Length: > 0 } words)
            schema["description"] = words.Description;
    }

    private static void Apply(JsonObject schema, Attribute attribute, (string Least, string Most) limits)
    {
        switch (attribute)
        {
            case RangeAttribute range when Number(range.Minimum) is { } from && Number(range.Maximum) is { } to:
                schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = from;
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = to;
                break;
            case StringLengthAttribute length:
                schema["minLength"] = length.MinimumLength;
                schema["maxLength"] = length.MaximumLength;
                break;
            case LengthAttribute length:
                schema[limits.Least] = length.MinimumLength;
                schema[limits.Most] = length.MaximumLength;
                break;
            case MinLengthAttribute length:
                schema[limits.Least] = length.Length;
                break;
            case MaxLengthAttribute { Length: >= 0 } length:
                schema[limits.Most] = length.Length;
                break;
            case RegularExpressionAttribute pattern:
                schema["pattern"] = $"^(?:{pattern.Pattern})$";
                break;
            case UrlAttribute:
                schema["format"] = "uri";
                break;
            case AllowedValuesAttribute allowed:
                schema["enum"] = Words(allowed.Values, canBeNull: schema["type"] is JsonArray types && types.Any(t => (string?)t == "null"));
                break;
        }
    }

    private static JsonArray Words(object?[] values, bool canBeNull) =>
        new([.. (canBeNull ? values.Append(null).Distinct() : values).Select(v => JsonSerializer.SerializeToNode(v, JobJson.Options))]);

    // [Range] keeps its bounds as int, double, or text of the operand's type.
    private static decimal? Number(object bound) =>
        decimal.TryParse(Convert.ToString(bound, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
