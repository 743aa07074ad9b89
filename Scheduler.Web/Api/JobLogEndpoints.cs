using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>What a job's handler logged.</summary>
internal static class JobLogEndpoints
{
    public static void MapJobLogEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/jobs/{id}/logs", ReadAsync).RequireAuthorization(Scopes.JobsRead);

    private static async Task<IResult> ReadAsync(HttpContext http, string id, JobStore jobs, JobLogStore logs)
    {
        if (!Names.IsJobId(id) || await jobs.GetAsync(id, http.RequestAborted).InTime() is null)
            return Problem.JobNotFound();
        var log = await logs.ReadAsync(id, http.RequestAborted).InTime();
        return new ApiJson(200, writer => Write(writer, log));
    }

    private static void Write(Utf8JsonWriter writer, JobLog log)
    {
        writer.WriteStartObject();
        writer.WriteObjects("items"u8, log.Lines, static (w, line) =>
        {
            w.WriteInstant("at"u8, line.At);
            w.WriteString("level"u8, line.Level);
            w.WriteString("message"u8, line.Message);
            w.WriteNumber("attempt"u8, line.Attempt);
        });
        writer.WriteBoolean("truncated"u8, log.Truncated);
        writer.WriteNull("nextCursor"u8);
        writer.WriteEndObject();
    }
}
