using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Bodies;

/// <summary>One job of a bulk, not parsed yet.</summary>
/// <param name="Name">How messages call it: "line 7", "/jobs/6".</param>
/// <param name="Depth">Levels of nesting left for it.</param>
internal sealed record BulkItem(ReadOnlyMemory<byte> Json, string Name, int Depth);

/// <summary>Cuts a bulk into its jobs without building the whole as a document: 16 MiB of JSON would take six times that.</summary>
internal static class BulkBody
{
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Levels around a job in <c>{ "jobs": [ ... ] }</c>.</summary>
    private const int Around = 2;

    /// <summary>Exactly one of the two is not null.</summary>
    public static (IReadOnlyList<BulkItem>? Items, ApiProblem? Refused) Split(ReadOnlyMemory<byte> body, bool isNdJson)
    {
        if (StrictJson.FindTextFault(body.Span) is { } textFault)
            return (null, Problem.MalformedJson($"The body {textFault}."));
        var errors = new ValidationErrors();
        try
        {
            var items = isNdJson ? SplitLines(body) : SplitArray(body, errors);
            if (items.Count > JobStore.MaxBulk)
                return (null, Problem.TooManyJobs(JobStore.MaxBulk));
            if (items.FirstOrDefault(i => i.Json.Length > JsonBody.MaxBytes) is { } large)
                return (null, Problem.BodyTooLarge($"The job at {large.Name} has more than {JsonBody.MaxBytes} bytes."));
            if (items.Count == 0 && errors.Count == 0)
                errors.Add("/jobs", "must have at least one job");
            return errors.TryGetProblem(out var problem) ? (null, problem) : (items, null);
        }
        catch (JsonException)
        {
            _ = StrictJson.TryParse(body, JsonBody.MaxDepth, out _, out var fault);
            return (null, Problem.MalformedJson($"The body {fault ?? "is not valid JSON"}."));
        }
    }

    private static List<BulkItem> SplitLines(ReadOnlyMemory<byte> body)
    {
        var items = new List<BulkItem>();
        for (var number = 1; !body.IsEmpty && items.Count <= JobStore.MaxBulk; number++)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? body : body[..end]).Trim(" \t\r"u8);
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.IsEmpty)
                items.Add(new BulkItem(line, string.Create(CultureInfo.InvariantCulture, $"line {number}"), JsonBody.MaxDepth));
        }
        return items;
    }

    private static List<BulkItem> SplitArray(ReadOnlyMemory<byte> body, ValidationErrors errors)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = JsonBody.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            errors.Add("", "must be an object with the list jobs");
            reader.Skip();
            reader.Read();
            return [];
        }
        var members = new HashSet<string>(StringComparer.Ordinal);
        List<BulkItem>? items = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!members.Add(name))
                throw new JsonException("duplicate member");
            reader.Read();
            if (name == "jobs" && reader.TokenType == JsonTokenType.StartArray)
                items = ReadItems(ref reader, body);
            else
                RefuseMember(ref reader, name, errors);
        }
        // Finds what follows the value.
        reader.Read();
        if (items is null && errors.Count == 0)
            errors.Add("/jobs", "is required");
        return items ?? [];
    }

    private static List<BulkItem> ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var items = new List<BulkItem>();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (index <= JobStore.MaxBulk)
                items.Add(new BulkItem(body[start..(int)reader.BytesConsumed], string.Create(CultureInfo.InvariantCulture, $"/jobs/{index}"), JsonBody.MaxDepth - Around));
        }
        return items;
    }

    private static void RefuseMember(ref Utf8JsonReader reader, string name, ValidationErrors errors)
    {
        reader.Skip();
        errors.Add("/" + JsonPointer.Escape(name), name == "jobs" ? "must be a list of jobs" : "is not a known field");
    }
}
