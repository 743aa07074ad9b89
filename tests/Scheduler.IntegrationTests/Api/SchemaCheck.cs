using System.Text.Json;
using System.Text.RegularExpressions;

namespace Scheduler.IntegrationTests.Api;

/// <summary>The part of JSON Schema that the description uses; written here so that the product's own validator does not vouch for itself.</summary>
internal static class SchemaCheck
{
    public static void Run(JsonElement root, JsonElement schema, JsonElement value, string where)
    {
        var faults = new List<string>();
        Check(root, schema, value, "", faults);
        Assert.True(faults.Count == 0, $"{where}: {string.Join("; ", faults)} in {value.GetRawText()}");
    }

    public static JsonElement Resolve(JsonElement root, JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty("$ref", out var reference))
            return node;
        return Resolve(root, reference.GetString()!.Split('/').Skip(1).Aggregate(root, (at, name) => at.GetProperty(name)));
    }

    private static void Check(JsonElement root, JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        schema = Resolve(root, schema);
        if (schema.TryGetProperty("type", out var type) && !TypesOf(type).Any(t => Is(t, value)))
            faults.Add($"{path} is no {type.GetRawText()}");
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(a => JsonElement.DeepEquals(a, value)))
            faults.Add($"{path} is not one of {allowed.GetRawText()}");
        if (schema.TryGetProperty("oneOf", out var choices) && choices.EnumerateArray().Count(c => Fits(root, c, value)) != 1)
            faults.Add($"{path} fits not exactly one form");
        foreach (var all in ListOf(schema, "allOf"))
            Check(root, all, value, path, faults);
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
            faults.Add($"{path} does not match");
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("format", out var format) && format.GetString() == "date-time"
            && !Regex.IsMatch(value.GetString()!, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"))
            faults.Add($"{path} is no instant with milliseconds");
        if (value.ValueKind == JsonValueKind.Object)
            CheckMembers(root, schema, value, path, faults);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
                Check(root, items, item, $"{path}/{index}", faults);
        }
    }

    private static void CheckMembers(JsonElement root, JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        foreach (var name in ListOf(schema, "required"))
        {
            if (!value.TryGetProperty(name.GetString()!, out _))
                faults.Add($"{path}/{name} is missing");
        }
        var hasProperties = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(member.Name, out var described))
                Check(root, described, member.Value, $"{path}/{member.Name}", faults);
            else if (schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object)
                Check(root, additional, member.Value, $"{path}/{member.Name}", faults);
        }
    }

    private static IEnumerable<JsonElement> ListOf(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var list) ? list.EnumerateArray() : [];

    private static bool Fits(JsonElement root, JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(root, schema, value, "", faults);
        return faults.Count == 0;
    }

    private static IEnumerable<string> TypesOf(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };
}
