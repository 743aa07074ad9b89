using Hangfire.Dashboard;
using Scheduler.Jobs.Bulk;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>Bulk operations: their progress, to be stopped or taken back.</summary>
internal sealed class BulkPage(IReadOnlyList<BulkOperation> operations) : SchedulerPage("Bulk operations")
{
    public static Task<IReadOnlyList<BulkOperation>> LoadAsync(HttpContext http) =>
        http.RequestServices.GetRequiredService<BulkStore>().ListAsync(http.RequestAborted);

    public static async Task<string> StopAsync(HttpContext http, IFormCollection form)
    {
        if (await FindAsync(http, form) is { } operation)
            await http.RequestServices.GetRequiredService<BulkStore>().StopAsync(operation.Id, http.RequestAborted);
        return "/bulk";
    }

    public static async Task<string> UndoAsync(HttpContext http, IFormCollection form)
    {
        if (await FindAsync(http, form) is { } operation)
            await http.RequestServices.GetRequiredService<BulkStore>().UndoAsync(operation, Caller.NameOf(http.User), http.RequestAborted);
        return "/bulk";
    }

    protected override void WriteBody()
    {
        Put($"""<p class="sched-help">Begin one from the <a href="{Url.To("/search")}">search</a> or the <a href="{Url.To("/dead-letters")}">dead letters</a>.</p>""");
        if (operations.Count == 0)
        {
            Put($"""<div class="alert alert-info">None yet.</div>""");
            return;
        }
        var reload = operations.Any(o => o.State == BulkOperation.Running) ? Markup($""" data-sched-reload="2000" """) : Markup($"");
        Put($"""
            <div class="table-responsive"{reload}><table class="table">
              <thead><tr><th>Action</th><th>Filter</th><th>Progress</th><th>State</th><th>By</th><th>Begun</th><th></th></tr></thead>
              <tbody>{Markup(operations.Select(Row))}</tbody>
            </table></div>
            """);
    }

    private NonEscapedString Row(BulkOperation operation)
    {
        var share = operation.State == "done" ? 100 : operation.Matched == 0 ? 0 : Math.Min(100, 100 * (operation.Done + operation.Skipped) / operation.Matched);
        var pace = operation.Rate is { } rate ? $"{rate}/s" : "";
        return Markup($"""
            <tr id="{operation.Id}"><td>{operation.Action} {pace}</td><td class="sched-filter">{(operation.Undoes is null ? operation.Filter : "takes back " + operation.Undoes)}</td>
            <td><progress max="100" value="{share}">{share} %</progress> {operation.Done} done{(operation.Skipped > 0 ? $", {operation.Skipped} passed over" : "")} of {operation.Matched}{(operation.IsWholeCount ? "" : "+")}</td>
            <td>{operation.State}{(operation.UndoneBy is null ? "" : ", taken back")}</td><td>{operation.By}</td><td>{Time(operation.CreatedAt)}</td><td class="sched-buttons">{Action(operation)}</td></tr>
            """);
    }

    private NonEscapedString Action(BulkOperation operation) =>
        operation.State == BulkOperation.Running ? PostButton("/bulk/stop", "Stop", "default", ("id", operation.Id))
        : operation.UndoableUntil is not null ? PostButton("/bulk/undo", "Undo", "default", ("id", operation.Id))
        : Markup($"");

    private static async Task<BulkOperation?> FindAsync(HttpContext http, IFormCollection form) =>
        form["id"].ToString() is var id && Scheduler.Jobs.Contracts.Names.IsJobId(id)
            ? await http.RequestServices.GetRequiredService<BulkStore>().GetAsync(id, http.RequestAborted) : null;
}
