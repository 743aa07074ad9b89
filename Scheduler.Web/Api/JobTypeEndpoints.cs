using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>What can be run, and with which arguments.</summary>
internal static class JobTypeEndpoints
{
    public static void MapJobTypeEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/job-types", List).RequireAuthorization(Scopes.JobsRead);

    private static ApiJson List(JobTypeRegistry types) => new(200, writer => Write(writer, types.All));

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<JobTypeDescriptor> types)
    {
        writer.WriteStartArray();
        foreach (var type in types)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type.Name);
            writer.WriteString("description"u8, type.Description);
            writer.WriteString("queue"u8, type.Queue);
            writer.WritePropertyName("argsSchema"u8);
            type.ArgsSchema.WriteTo(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
