using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Many jobs, newest first, by filters.</summary>
internal static class JobListEndpoints
{
    // Terms of the filter language, each also a parameter of its own.
    private static readonly string[] Terms = ["state", "queue", "type", "tag", "recurringId", "worker", "fingerprint", "createdAfter", "createdBefore", "q"];

    public static void MapJobListEndpoints(this IEndpointRouteBuilder api) =>
        api.MapGet("/jobs", ListAsync).RequireAuthorization(Scopes.JobsRead);

    private static async Task<IResult> ListAsync(HttpContext http, JobStore jobs, JobAnswer json, TimeProvider time)
    {
        var query = new QueryValues(http.Request.Query);
        var wanted = Read(query, time.GetUtcNow());
        if (query.Refused is { } refused)
            return refused;
        var page = await jobs.ListAsync(wanted, http.RequestAborted).InTime();
        return new PageAnswer<JobRecord>(page, json.Write);
    }

    private static JobQuery Read(QueryValues query, DateTimeOffset now)
    {
        query.RefuseOthers(["filter", .. Terms, .. PageQuery.Names]);
        var filter = FilterText.Parse(query.Text("filter") ?? "", now, out var problem);
        if (problem is not null)
            query.Refuse("filter", problem);
        foreach (var term in Terms)
        {
            if (query.Text(term) is { } value && Add(ref filter, term, value, now) is { } fault)
                query.Refuse(term, fault);
        }
        var page = PageQuery.Read(query);
        return new JobQuery(filter, page.Limit, page.After);
    }

    private static string? Add(ref JobFilter filter, string term, string value, DateTimeOffset now)
    {
        // Text in quotes may look like a term.
        var before = FilterText.Write(filter with { Words = [] });
        var isGiven = term is not ("q" or "tag") && before.Split(' ').Any(t => t.StartsWith(term + ":", StringComparison.Ordinal));
        return isGiven ? "is in the filter too; give it once" : FilterText.Add(ref filter, term, value, now);
    }
}
