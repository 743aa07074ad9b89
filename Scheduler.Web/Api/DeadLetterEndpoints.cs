using System.Text.Json;
using System.Text.RegularExpressions;
using Scheduler.Jobs.DeadLetters;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Failed jobs in groups, by what went wrong.</summary>
internal static partial class DeadLetterEndpoints
{
    public static void MapDeadLetterEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/dead-letters", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/dead-letters/{fingerprint}", GetAsync).RequireAuthorization(Scopes.JobsRead);
    }

    private static async Task<IResult> ListAsync(HttpContext http, DeadLetterStore groups)
    {
        return PageQuery.TryRead(http.Request, out var page, out var refused, p => Position().IsMatch(p) ? p : null)
            ? new PageAnswer<DeadLetterGroup>(await groups.ListAsync(page.Limit, page.After, http.RequestAborted).InTime(), Write)
            : refused;
    }

    private static async Task<IResult> GetAsync(HttpContext http, string fingerprint, DeadLetterStore groups) =>
        Fingerprint().IsMatch(fingerprint) && await groups.GetAsync(fingerprint, http.RequestAborted).InTime() is { } group
            ? new ApiJson(200, writer => Write(writer, group))
            : Problem.DeadLetterGroupNotFound();

    private static void Write(Utf8JsonWriter writer, DeadLetterGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("fingerprint"u8, group.Fingerprint);
        writer.WriteString("type"u8, group.JobType);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, group.Kind);
        writer.WriteString("message"u8, group.Message);
        writer.WriteEndObject();
        writer.WriteNumber("count"u8, group.Count);
        writer.WriteInstant("firstAt"u8, group.FirstAt);
        writer.WriteInstant("lastAt"u8, group.LastAt);
        writer.WriteString("sampleJobId"u8, group.SampleJobId);
        writer.WriteEndObject();
    }

    [GeneratedRegex(@"^[0-9a-f]{16}\z")]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"^[0-9]{1,15}:[0-9a-f]{16}\z")]
    private static partial Regex Position();
}
