using Hangfire.Dashboard;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;
using Scheduler.Web.Api.Answers;

namespace Scheduler.Web.Dashboard.Pages;

/// <param name="Problem">What is wrong with the filter; null where it was used.</param>
internal sealed record SearchModel(string Text, string? Problem, Page<JobRecord> Page)
{
    private const int PageSize = 50;

    public static async Task<SearchModel> LoadAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var text = http.Request.Query["filter"].ToString();
        var filter = FilterText.Parse(text, services.GetRequiredService<TimeProvider>().GetUtcNow(), out var problem);
        if (problem is not null)
            return new SearchModel(text, problem, new Page<JobRecord>([], null));
        var cursor = Cursor.TryRead(http.Request.Query["cursor"].ToString(), out var position) ? position : null;
        return new SearchModel(text, null, await services.GetRequiredService<JobStore>().ListAsync(new JobQuery(filter, PageSize, cursor), http.RequestAborted));
    }
}

/// <summary>Jobs by a filter, and what can be done with all of them.</summary>
internal sealed class SearchPage(SearchModel model) : SchedulerPage("Search")
{
    private const int ShownOfError = 160;

    private static readonly string[] Examples = ["state:failed", "state:enqueued queue:default", "type:http.request createdAfter:PT1H", "tag:invoice \"time out\""];

    protected override void WriteBody()
    {
        Put($"""
            <form method="get" action="{Url.To("/search")}" class="sched-search" role="search">
              <label for="sched-filter">Filter</label>
              <div class="sched-row">
                <input id="sched-filter" name="filter" class="form-control" value="{model.Text}" autocomplete="off" spellcheck="false" placeholder="all jobs" aria-describedby="sched-help">
                <button type="submit" class="btn btn-primary">Search</button>
              </div>
              <p id="sched-help" class="sched-help">Fields: state, queue, type, tag, recurringId, worker, fingerprint, createdAfter, createdBefore; other words are looked for in arguments and errors.
                Try {Markup(Examples.Select(e => Markup($"""<a href="{SearchUrl(e)}">{e}</a> """)))}</p>
            </form>
            """);
        if (model.Problem is not null)
            Put($"""<div class="alert alert-danger" role="alert">The filter {model.Problem}.</div>""");
        else
            WriteResults();
    }

    private void WriteResults()
    {
        if (model.Text.Trim().Length > 0 && !IsReadOnly)
            Put($"""
                <div class="btn-toolbar sched-actions">
                  <a class="btn btn-sm btn-primary" href="{PreviewUrl("requeue", model.Text)}">Requeue all matching…</a>
                  <a class="btn btn-sm btn-default" href="{PreviewUrl("cancel", model.Text)}">Cancel all matching…</a>
                  <a class="btn btn-sm btn-death" href="{PreviewUrl("delete", model.Text)}">Delete all matching…</a>
                </div>
                """);
        if (model.Page.Items.Count == 0 && !model.Page.IsPartial)
        {
            Put($"""<div class="alert alert-info">No job fits.</div>""");
            return;
        }
        Put($"""
            <div class="table-responsive"><table class="table table-hover sched-jobs">
              <thead><tr><th>Id</th><th>State</th><th>Type</th><th>Queue</th><th>Attempt</th><th>Created</th><th>Error</th></tr></thead>
              <tbody>{Markup(model.Page.Items.Select(Row))}</tbody>
            </table></div>
            """);
        if (model.Page.IsPartial)
            Put($"""<p class="sched-note">Only a part of the jobs was looked at.</p>""");
        if (model.Page.NextCursor is { } next)
            Put($"""<a class="btn btn-sm btn-default" rel="next" href="{SearchUrl(model.Text, Cursor.Write(next))}">Older jobs</a>""");
    }

    private NonEscapedString Row(JobRecord job) => Markup($"""
        <tr><td class="sched-id"><a href="{Url.JobDetails(job.Id)}">{job.Id}</a></td><td>{Html.StateLabel(job.State)}</td>
        <td>{job.Type}{Markup(job.Tags.Select(t => Markup($""" <a class="label label-default" href="{SearchUrl("tag:" + t)}">{t}</a>""")))}</td>
        <td>{job.Queue}</td><td>{job.Attempt}</td><td>{Time(job.CreatedAt)}</td><td class="sched-error">{Short(job.Error?.Message)}</td></tr>
        """);

    private static string Short(string? text) => text is null ? "" : text.Length <= ShownOfError ? text : text[..ShownOfError] + "…";
}
