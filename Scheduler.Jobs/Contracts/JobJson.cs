using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Scheduler.Jobs.Contracts;

/// <summary>How arguments and results are read and written: camelCase, enums as words, durations as ISO 8601.</summary>
public static class JobJson
{
    /// <summary>The deepest nesting read, as the API's.</summary>
    public const int MaxDepth = 32;

    /// <summary>Writes results, and reads what this project wrote.</summary>
    public static JsonSerializerOptions Options { get; } = Create(strict: false);

    /// <summary>Reads arguments: unknown, missing, duplicate and null members are refused, and numbers in quotes too.</summary>
    public static JsonSerializerOptions StrictOptions { get; } = Create(strict: true);

    private static JsonSerializerOptions Create(bool strict)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new IsoDurationConverter() },
            MaxDepth = MaxDepth,
        };
        if (strict)
        {
            options.PropertyNameCaseInsensitive = false;
            options.NumberHandling = JsonNumberHandling.Strict;
            options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.RespectNullableAnnotations = true;
            options.RespectRequiredConstructorParameters = true;
            options.AllowDuplicateProperties = false;
        }
        options.MakeReadOnly();
        return options;
    }
}
