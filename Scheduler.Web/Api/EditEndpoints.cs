using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Api.Requests;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>Changes of a job that still waits.</summary>
internal static class EditEndpoints
{
    public static void MapEditEndpoints(this IEndpointRouteBuilder api) =>
        api.MapPatch("/jobs/{id}", EditAsync).RequireAuthorization(Scopes.JobsWrite);

    private static async Task<IResult> EditAsync(HttpContext http, string id, JobStore jobs, JobTypeRegistry types, JobAnswer json)
    {
        if (!Names.IsJobId(id))
            return Problem.JobNotFound();
        var (body, refused) = await JsonBody.ReadAsync(http);
        if (body is null)
            return refused!;
        using (body)
        {
            if (await jobs.GetAsync(id, http.RequestAborted).InTime() is not { } job)
                return Problem.JobNotFound();
            var errors = new ValidationErrors();
            if (Read(body.Root, job, types, errors) is not { } edit)
                return errors.ToProblem();
            return await jobs.EditAsync(id, edit, http.RequestAborted).InTime() switch
            {
                EditResult.NotFound => Problem.JobNotFound(),
                EditResult.NotWaiting => Problem.JobNotWaiting(),
                _ => await jobs.GetAsync(id, http.RequestAborted).InTime() is { } edited ? json.Answer(200, edited) : Problem.JobNotFound(),
            };
        }
    }

    /// <returns>Null where errors were added.</returns>
    private static JobEdit? Read(JsonElement body, JobRecord job, JobTypeRegistry types, ValidationErrors errors)
    {
        if (JsonFields.Of(body, "", errors) is not { } fields)
            return null;
        var (delay, runAt) = (fields.Duration("delay"), fields.Instant("runAt"));
        if (delay is not null && runAt is not null)
            fields.Refuse("runAt", "and delay exclude each other");
        var queue = fields.Queue("queue");
        var args = ReadArgs(fields, job, types, errors);
        fields.RefuseOthers();
        if (errors.Count == 0 && delay is null && runAt is null && queue is null && args is null)
            errors.Add("", "must have at least one of runAt, delay, queue and args");
        return errors.Count == 0 ? new JobEdit(job.Type, delay, runAt, queue, args) : null;
    }

    private static string? ReadArgs(JsonFields fields, JobRecord job, JobTypeRegistry types, ValidationErrors errors)
    {
        if (fields.Value("args") is null)
            return null;
        if (job.IsTyped && types.TryGet(job.Type, out var type))
            return JobRequestReader.ReadArgs(fields, type, errors);
        fields.Refuse("args", "cannot be changed: the job's type is not known here, or it runs a method of its own");
        return null;
    }
}
