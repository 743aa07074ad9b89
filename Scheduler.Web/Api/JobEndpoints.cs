using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>One job: look, wait, cancel, requeue.</summary>
internal static class JobEndpoints
{
    public static void MapJobEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs/{id}", GetAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPost("/jobs/{id}/cancel", CancelAsync).RequireAuthorization(Scopes.JobsWrite);
        api.MapPost("/jobs/{id}/requeue", RequeueAsync).RequireAuthorization(Scopes.JobsWrite);
    }

    private static async Task<IResult> GetAsync(HttpContext http, string id, JobStore jobs, JobWait wait, JobAnswer json)
    {
        if (!Names.IsJobId(id))
            return Problem.JobNotFound();
        var job = await jobs.GetAsync(id, http.RequestAborted).InTime();
        if (job is null)
            return Problem.JobNotFound();
        if (PreferHeader.WaitSeconds(http.Request) is not { } seconds)
            return json.Answer(200, job);
        if (!JobStates.IsFinal(job.State) && seconds > 0)
            job = await wait.ForFinalAsync(id, TimeSpan.FromSeconds(seconds), http.RequestAborted) ?? job;
        return json.Answer(200, job, ("Preference-Applied", $"wait={seconds}"));
    }

    private static async Task<IResult> CancelAsync(HttpContext http, string id, JobStore jobs, JobAnswer json)
    {
        if (!Names.IsJobId(id))
            return Problem.JobNotFound();
        return await jobs.CancelAsync(id, http.RequestAborted).InTime() switch
        {
            CancelResult.Cancelled => await ShowAsync(http, id, jobs, json),
            CancelResult.AlreadyFinal => Problem.JobAlreadyFinal(),
            _ => Problem.JobNotFound(),
        };
    }

    private static async Task<IResult> RequeueAsync(HttpContext http, string id, JobStore jobs, JobAnswer json)
    {
        if (!Names.IsJobId(id))
            return Problem.JobNotFound();
        return await jobs.RequeueAsync(id, http.RequestAborted).InTime() switch
        {
            RequeueResult.Requeued => await ShowAsync(http, id, jobs, json),
            RequeueResult.NotRequeueable => Problem.JobNotRequeueable(),
            _ => Problem.JobNotFound(),
        };
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string id, JobStore jobs, JobAnswer json) =>
        await jobs.GetAsync(id, http.RequestAborted).InTime() is { } job ? json.Answer(202, job) : Problem.JobNotFound();
}
