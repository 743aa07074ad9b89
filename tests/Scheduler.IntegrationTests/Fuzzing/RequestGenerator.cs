using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Scheduler.IntegrationTests.Api;

namespace Scheduler.IntegrationTests.Fuzzing;

/// <summary>
/// Makes requests from the description alone: bodies with the members it names, valid, at their limits, of another type, missing, double
/// or unknown; paths, queries and headers likewise. No request asks to wait.
/// </summary>
internal sealed partial class RequestGenerator(JsonElement document, HostileValues values)
{
    private const int DeepestSchema = 4;

    /// <summary>Values that are right somewhere, so that a good part of the requests gets past the first check.</summary>
    private static readonly Dictionary<string, string[]> Right = new()
    {
        ["type"] = ["\"test.echo\"", "\"test.needs\""],
        ["args"] = ["{}", "{\"url\":\"x\"}"],
        ["queue"] = ["\"default\"", "\"mail_1\""],
        ["cron"] = ["\"0 6 * * *\"", "\"*/5 * * * * *\""],
        ["timeZone"] = ["\"Europe/Berlin\"", "\"UTC\""],
        ["delay"] = ["\"PT1H\""],
        ["timeout"] = ["\"PT5S\""],
        ["tags"] = ["[\"a\",\"b\"]"],
        ["maxAttempts"] = ["3"],
        ["note"] = ["\"why\""],
        ["until"] = ["\"2030-01-01T00:00:00Z\""],
        ["runAt"] = ["\"2030-01-01T00:00:00Z\""],
    };

    public HttpRequestMessage Next(DescribedOperation operation)
    {
        var request = new HttpRequestMessage(operation.Method, PathFor(operation) + QueryFor(operation));
        foreach (var name in operation.Headers.Where(_ => values.Chance(0.4)))
            request.Headers.TryAddWithoutValidation(name, HeaderValue(name));
        if (operation.Body is { } schema && !values.Chance(0.05))
            request.Content = BodyFor(schema, operation.TakesLines);
        else if (values.Chance(0.2))
            request.Content = Content(values.BrokenJson(), "application/json");
        return request;
    }

    private string PathFor(DescribedOperation operation) =>
        Placeholder().Replace(operation.Path, _ => Uri.EscapeDataString(values.Chance(0.4) ? "known" : NotEmpty(Cut(values.Text()))));

    // A dot segment is resolved by the client; a NUL in a path is refused by the server before any of our code, without a body.
    private static string NotEmpty(string text) => text.Replace("\0", "", StringComparison.Ordinal).Trim('.', '/') is { Length: > 0 } left ? left : "x";

    private static string Cut(string text) => text.Length <= 600 ? text : text[..600];

    private string QueryFor(DescribedOperation operation)
    {
        var names = operation.Query.Where(_ => values.Chance(0.4)).ToList();
        if (values.Chance(0.1))
            names.Add("bogus");
        if (names.Count > 0 && values.Chance(0.1))
            names.Add(names[0]);
        return names.Count == 0 ? "" : "?" + string.Join('&', names.Select(n => n + "=" + Uri.EscapeDataString(Cut(QueryValue(n)))));
    }

    private string QueryValue(string name) => name switch
    {
        "limit" or "count" when values.Chance(0.5) => values.Of(["1", "10", "500", "501", "0", "-1", "1.5", "99999999999"]),
        "state" when values.Chance(0.5) => values.Of(["enqueued", "failed", "ENQUEUED"]),
        "after" => values.Of(["", "1", "1-1", "a-b", "1-1-1", "99999999999999999999-1", "-1-1"]),
        _ => values.Text(),
    };

    private string HeaderValue(string name) => name switch
    {
        "Prefer" => values.Of(["wait=0", "wait=x", "wait=-1", "respond-async", "wait=1e9", ";;,="]),
        "Last-Event-ID" => values.Of(["x", "1", "1-", "-", "1-1-1", "99999999999999999999999-1"]),
        "Idempotency-Key" when values.Chance(0.6) => "key-" + values.Below(5),
        _ => values.Of(["", "*", "\"x\"", "W/\"x\"", "x", "a b", new string('k', 255), new string('k', 256), new string('k', 3_000)]),
    };

    private HttpContent BodyFor(JsonElement schema, bool takesLines)
    {
        var type = takesLines && values.Chance(0.4) ? "application/x-ndjson" : "application/json";
        var text = values.Below(10) switch
        {
            0 => values.BrokenJson(),
            1 => values.Value(),
            _ when type == "application/x-ndjson" => string.Join('\n', Enumerable.Range(0, values.Below(5)).Select(_ => ObjectFor(ItemOf(schema), 0))),
            _ => ObjectFor(schema, 0),
        };
        return Content(text, values.Chance(0.05) ? values.Of(["text/plain", "application/xml", "multipart/form-data"]) : type);
    }

    private JsonElement ItemOf(JsonElement schema) =>
        SchemaCheck.Resolve(document, schema.GetProperty("properties").EnumerateObject().First().Value.GetProperty("items"));

    private string ObjectFor(JsonElement schema, int depth)
    {
        schema = SchemaCheck.Resolve(document, schema);
        if (!schema.TryGetProperty("properties", out var properties))
            return values.Value();
        var required = schema.TryGetProperty("required", out var list) ? list.EnumerateArray().Select(r => r.GetString()).ToHashSet() : [];
        var members = properties.EnumerateObject()
            .Where(p => required.Contains(p.Name) ? !values.Chance(0.1) : values.Chance(0.25))
            .Select(p => $"\"{p.Name}\":{ValueFor(p.Name, p.Value, depth)}").ToList();
        if (values.Chance(0.1))
            members.Add($"\"{JsonEncodedText.Encode(values.Text())}\":{values.Value()}");
        if (members.Count > 0 && values.Chance(0.05))
            members.Add(members[0]);
        return "{" + string.Join(',', members) + "}";
    }

    private string ValueFor(string name, JsonElement schema, int depth)
    {
        schema = SchemaCheck.Resolve(document, schema);
        if (values.Chance(0.2))
            return values.Value();
        if (Right.TryGetValue(name, out var right) && !values.Chance(0.15))
            return values.Of(right);
        if (schema.TryGetProperty("enum", out var choices))
            return values.Of([.. choices.EnumerateArray().Select(c => c.GetRawText())]);
        if (depth < DeepestSchema && schema.TryGetProperty("properties", out _))
            return ObjectFor(schema, depth + 1);
        if (depth < DeepestSchema && schema.TryGetProperty("items", out var items))
            return "[" + string.Join(',', Enumerable.Range(0, values.Below(4)).Select(_ => ValueFor("", items, depth + 1))) + "]";
        return values.Chance(0.5) ? "\"" + JsonEncodedText.Encode(values.Text()) + "\"" : values.Value();
    }

    private static ByteArrayContent Content(string text, string type)
    {
        // Latin-1 text stands for bytes that are no UTF-8.
        var content = new ByteArrayContent(text.Length > 0 && text.All(c => c is < (char)0x100) && text.Any(c => c >= 0x80) ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex Placeholder();
}
