using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Scheduler.Web.OpenApi;

/// <summary>
/// The described contract: the JSON files of this folder, merged. Bodies are read by hand, so their schemas are written by hand too;
/// the tests hold every answer of the API against them.
/// </summary>
internal static class Contract
{
    private static readonly Lazy<string> Merged = new(Merge);

    /// <summary>A fresh copy: who asks may change it.</summary>
    public static OpenApiDocument Read()
    {
        var result = OpenApiDocument.Parse(Merged.Value, "json");
        return result.Document ?? throw new InvalidOperationException("The embedded API description cannot be read.");
    }

    private static string Merge()
    {
        var assembly = typeof(Contract).Assembly;
        var whole = new JsonObject();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Contract/", StringComparison.Ordinal)).Order())
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            MergeInto(whole, JsonNode.Parse(stream)!.AsObject());
        }
        return whole.ToJsonString();
    }

    private static void MergeInto(JsonObject target, JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            if (target[name] is JsonObject there && value is JsonObject here)
                MergeInto(there, here);
            else
                target[name] = value?.DeepClone();
        }
    }
}
