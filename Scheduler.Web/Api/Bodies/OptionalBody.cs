using System.Text.Json;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Bodies;

/// <summary>A body that may be left out, and then counts as an empty object.</summary>
internal static class OptionalBody
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>Exactly one of the two is not null.</summary>
    public static async Task<(T? Value, ApiProblem? Refused)> ReadAsync<T>(
        HttpContext http, Func<JsonElement, JsonFields, T> read, ValidationErrors errors) where T : class
    {
        var (body, refused) = await JsonBody.ReadOptionalAsync(http);
        if (refused is not null)
            return (null, refused);
        using (body)
        {
            var root = body?.Root ?? Nothing;
            if (JsonFields.Of(root, "", errors) is not { } fields)
                return (null, errors.ToProblem());
            var value = read(root, fields);
            fields.RefuseOthers();
            return errors.TryGetProblem(out var problem) ? (null, problem) : (value, null);
        }
    }
}
