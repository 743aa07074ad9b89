using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Contracts;

/// <summary>Derives the JSON Schema of a job type's arguments from their record.</summary>
internal static class ArgsSchema
{
    private static readonly JsonSchemaExporterOptions ExporterOptions = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = SchemaAnnotations.Apply,
    };

    /// <summary>Null where the type does not read a JSON object.</summary>
    public static JsonObject? Of(Type args)
    {
        if (args == typeof(object) || args == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(args))
            return args == typeof(JsonArray) || args.IsSubclassOf(typeof(JsonValue)) || args == typeof(JsonValue) ? null : new JsonObject { ["type"] = "object" };

        return Export(args) is JsonObject schema && IsObject(schema) ? schema : null;
    }

    private static JsonNode Export(Type args)
    {
        try
        {
            return JobJson.StrictOptions.GetJsonSchemaAsNode(args, ExporterOptions);
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            // The exporter cannot write "= default" of a struct: the serialiser hands it a null.
            throw new ConfigurationException(
                $"The JSON Schema of {args.FullName} cannot be made: {problem.Message} A struct parameter with the default value 'default' is one cause; make it nullable.", problem);
        }
    }

    private static bool IsObject(JsonObject schema) => schema["type"] switch
    {
        JsonValue one => one.GetValue<string>() == "object",
        null => schema["anyOf"] is not null,
        _ => false,
    };
}
