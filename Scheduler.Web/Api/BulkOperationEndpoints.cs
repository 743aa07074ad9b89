using Scheduler.Jobs.Bulk;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Search;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Api;

/// <summary>One act on all jobs of a filter, as a resource with progress.</summary>
internal static class BulkOperationEndpoints
{
    private const int MaxRate = 10_000;
    private const int SampleSize = 10;

    public static void MapBulkOperationEndpoints(this IEndpointRouteBuilder api)
    {
        api.MapPost("/bulk", StartAsync).RequireAuthorization(Scopes.JobsWrite);
        api.MapGet("/bulk", ListAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapGet("/bulk/{id}", GetAsync).RequireAuthorization(Scopes.JobsRead);
        api.MapPost("/bulk/{id}/cancel", StopAsync).RequireAuthorization(Scopes.JobsWrite);
        api.MapPost("/bulk/{id}/undo", UndoAsync).RequireAuthorization(Scopes.JobsWrite);
    }

    private static async Task<IResult> StartAsync(HttpContext http, BulkStore bulks, BulkPreviews previews, TimeProvider time)
    {
        var (body, refused) = await JsonBody.ReadAsync(http);
        if (body is null)
            return refused!;
        using (body)
        {
            var errors = new ValidationErrors();
            if (JsonFields.Of(body.Root, "", errors) is not { } fields || Read(fields, http, time.GetUtcNow()) is not { } request || errors.Count > 0)
                return errors.ToProblem();
            if (fields.Flag("dryRun") == true)
                return BulkOperationAnswer.Of(await previews.LookAsync(request, SampleSize, http.RequestAborted).InTime());
            var operation = await bulks.StartAsync(request, http.RequestAborted).InTime();
            return BulkOperationAnswer.Begun(operation);
        }
    }

    /// <summary>Null, or with errors gathered, where something is wrong.</summary>
    private static BulkRequest? Read(JsonFields fields, HttpContext http, DateTimeOffset now)
    {
        var action = fields.RequiredText("action");
        if (action is not null && !BulkActions.WithFilter.Contains(action))
            fields.Refuse("action", "must be one of " + string.Join(", ", BulkActions.WithFilter));
        var text = fields.RequiredText("filter");
        var rate = fields.Integer("ratePerSecond", 1, MaxRate);
        fields.Flag("dryRun");
        fields.RefuseOthers();
        if (text is null)
            return null;
        var filter = FilterText.Parse(text, now, out var problem);
        if (problem is not null)
            fields.Refuse("filter", problem);
        else if (filter.IsAny)
            fields.Refuse("filter", "must name something: an empty filter means every job");
        return action is null ? null : new BulkRequest(action, filter, rate, Caller.NameOf(http.User));
    }

    private static async Task<IResult> ListAsync(HttpContext http, BulkStore bulks) =>
        new PageAnswer<BulkOperation>(await bulks.ListAsync(http.RequestAborted).InTime(), BulkOperationAnswer.Write);

    private static async Task<IResult> GetAsync(HttpContext http, string id, BulkStore bulks) =>
        await FindAsync(http, id, bulks) is { } found ? new ApiJson(200, writer => BulkOperationAnswer.Write(writer, found)) : Problem.BulkNotFound();

    private static async Task<IResult> StopAsync(HttpContext http, string id, BulkStore bulks)
    {
        if (!Names.IsJobId(id))
            return Problem.BulkNotFound();
        return await bulks.StopAsync(id, http.RequestAborted).InTime() switch
        {
            BulkStop.Stopped when await FindAsync(http, id, bulks) is { } stopped => new ApiJson(202, writer => BulkOperationAnswer.Write(writer, stopped)),
            BulkStop.AlreadyFinal => Problem.BulkAlreadyFinal(),
            _ => Problem.BulkNotFound(),
        };
    }

    private static async Task<IResult> UndoAsync(HttpContext http, string id, BulkStore bulks)
    {
        if (await FindAsync(http, id, bulks) is not { } source)
            return Problem.BulkNotFound();
        return await bulks.UndoAsync(source, Caller.NameOf(http.User), http.RequestAborted).InTime() is { } undo
            ? BulkOperationAnswer.Begun(undo) : Problem.BulkNotUndoable();
    }

    private static async Task<BulkOperation?> FindAsync(HttpContext http, string id, BulkStore bulks) =>
        Names.IsJobId(id) ? await bulks.GetAsync(id, http.RequestAborted).InTime() : null;
}
