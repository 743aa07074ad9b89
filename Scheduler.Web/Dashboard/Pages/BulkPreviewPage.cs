using System.Globalization;
using Scheduler.Jobs.Bulk;
using Scheduler.Jobs.Search;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Dashboard.Pages;

/// <param name="Problem">Why nothing can be begun; null where it can.</param>
internal sealed record BulkPreviewModel(string Action, string Text, string? Problem, BulkPreview? Preview)
{
    private const int SampleSize = 10;

    public static async Task<BulkPreviewModel> LoadAsync(HttpContext http)
    {
        var (action, text) = (http.Request.Query["action"].ToString(), http.Request.Query["filter"].ToString());
        if (Read(http, action, text, null, out var problem) is not { } request)
            return new BulkPreviewModel(action, text, problem, null);
        return new BulkPreviewModel(action, text, null, await http.RequestServices.GetRequiredService<BulkPreviews>().LookAsync(request, SampleSize, http.RequestAborted));
    }

    /// <summary>Null, and what is wrong, where the wish cannot be granted.</summary>
    public static BulkRequest? Read(HttpContext http, string action, string text, int? rate, out string? problem)
    {
        var filter = FilterText.Parse(text, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(), out problem);
        problem = problem is not null ? $"The filter {problem}."
            : filter.IsAny ? "An empty filter would mean every job."
            : !BulkActions.WithFilter.Contains(action) ? "There is no such action." : null;
        return problem is null ? new BulkRequest(action, filter, rate, Caller.NameOf(http.User)) : null;
    }
}

/// <summary>What a bulk operation would do, before it is begun.</summary>
internal sealed class BulkPreviewPage(BulkPreviewModel model) : SchedulerPage("Bulk operation")
{
    private const int MaxRate = 10_000;

    public static async Task<string> StartAsync(HttpContext http, IFormCollection form)
    {
        var rate = int.TryParse(form["rate"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is > 0 and <= MaxRate ? given : (int?)null;
        if (BulkPreviewModel.Read(http, form["action"].ToString(), form["filter"].ToString(), rate, out _) is not { } request)
            return "/bulk";
        var operation = await http.RequestServices.GetRequiredService<BulkStore>().StartAsync(request, http.RequestAborted);
        return "/bulk#" + operation.Id;
    }

    protected override void WriteBody()
    {
        if (model.Preview is not { } preview)
        {
            Put($"""<div class="alert alert-danger" role="alert">{model.Problem}</div>""");
            return;
        }
        Put($"""
            <p class="sched-lead">{char.ToUpperInvariant(preview.Action[0])}{preview.Action[1..]} <strong>{preview.Count.Jobs}{(preview.Count.IsWhole ? "" : "+")}</strong> jobs</p>
            <p class="sched-filter">{preview.Filter}</p>
            <ul class="list-unstyled sched-sample">{Markup(preview.Sample.Select(id => Markup($"""<li><a href="{Url.JobDetails(id)}">{id}</a></li>""")))}</ul>
            """);
        if (preview.Action == BulkActions.Delete)
            Put($"""<p class="sched-help">A delete can be taken back for 24 hours.</p>""");
        if (!IsReadOnly)
            Put($"""
                <form method="post" action="{Url.To("/bulk/start")}" class="sched-row">{Token()}
                  <input type="hidden" name="action" value="{preview.Action}"><input type="hidden" name="filter" value="{preview.Filter}">
                  <label for="sched-rate">Jobs a second</label>
                  <input id="sched-rate" name="rate" type="number" min="1" max="{MaxRate}" class="form-control input-sm" placeholder="no limit">
                  <button type="submit" class="btn btn-primary">{char.ToUpperInvariant(preview.Action[0])}{preview.Action[1..]} them</button>
                  <a class="btn btn-default" href="{SearchUrl(model.Text)}">Back</a>
                </form>
                """);
    }
}
