using Hangfire.Dashboard;
using Scheduler.Jobs.DeadLetters;
using Scheduler.Jobs.Engine;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>Failed jobs in groups, by what went wrong.</summary>
internal sealed class DeadLettersPage(Page<DeadLetterGroup> groups) : SchedulerPage("Dead letters")
{
    private const int Shown = 100;

    public static Task<Page<DeadLetterGroup>> LoadAsync(HttpContext http) =>
        http.RequestServices.GetRequiredService<DeadLetterStore>().ListAsync(Shown, null, http.RequestAborted);

    protected override void WriteBody()
    {
        Put($"""<p class="sched-help">Jobs whose attempts are used up, grouped by job type, kind of error, exception and where it was thrown.</p>""");
        if (groups.Items.Count == 0)
        {
            Put($"""<div class="alert alert-success">No failed jobs.</div>""");
            return;
        }
        Put($"""
            <div class="table-responsive"><table class="table table-hover">
              <thead><tr><th class="sched-number">Jobs</th><th>Type</th><th>Error</th><th>First</th><th>Last</th><th></th></tr></thead>
              <tbody>{Markup(groups.Items.Select(Row))}</tbody>
            </table></div>
            """);
        if (groups.NextCursor is not null)
            Put($"""<p class="sched-note">The {Shown} groups that failed last are shown; the API has all.</p>""");
    }

    private NonEscapedString Row(DeadLetterGroup group)
    {
        var filter = "fingerprint:" + group.Fingerprint;
        var actions = IsReadOnly ? Markup($"") : Markup($"""
            <a class="btn btn-sm btn-primary" href="{PreviewUrl("requeue", filter)}">Requeue…</a> <a class="btn btn-sm btn-death" href="{PreviewUrl("delete", filter)}">Delete…</a>
            """);
        return Markup($"""
            <tr><td class="sched-number"><a href="{SearchUrl(filter)}">{group.Count}</a></td><td>{group.JobType}</td>
            <td class="sched-error"><span class="label label-danger">{group.Kind}</span> <a href="{Url.JobDetails(group.SampleJobId)}">{group.Message}</a></td>
            <td>{Time(group.FirstAt)}</td><td>{Time(group.LastAt)}</td><td class="sched-buttons">{actions}</td></tr>
            """);
    }
}
