using System.Text.Json;
using Scheduler.Jobs.Audit;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Who changed what and when.</summary>
internal static class AuditEndpoints
{
    public static void MapAuditEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", ListAsync).RequireAuthorization(Scopes.Admin);

    private static async Task<IResult> ListAsync(HttpContext http, AuditStore audit)
    {
        return PageQuery.TryRead(http.Request, out var page, out var refused)
            ? new PageAnswer<AuditEntry>(await audit.ListAsync(page.Limit, page.After, http.RequestAborted).InTime(), Write)
            : refused;
    }

    private static void Write(Utf8JsonWriter writer, AuditEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteInstant("at"u8, entry.At);
        writer.WriteString("who"u8, entry.Who);
        writer.WriteString("from"u8, entry.From);
        writer.WriteString("method"u8, entry.Method);
        writer.WriteString("path"u8, entry.Path);
        writer.WriteNumber("status"u8, entry.Status);
        writer.WriteNumber("count"u8, entry.Count);
        writer.WriteString("traceId"u8, entry.TraceId);
        writer.WriteEndObject();
    }
}
