using Hangfire.Dashboard;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Dashboard.Pages;

internal sealed record QueuesModel(IReadOnlyList<QueueRecord> Queues, IReadOnlyList<WorkerRecord> Workers)
{
    public static async Task<QueuesModel> LoadAsync(HttpContext http)
    {
        var services = http.RequestServices;
        return new QueuesModel(
            await services.GetRequiredService<QueueStore>().ListAsync(http.RequestAborted),
            await services.GetRequiredService<WorkerStore>().ListAsync(http.RequestAborted));
    }
}

/// <summary>Queues: how full, how late, who serves them, paused or not.</summary>
internal sealed class QueuesPage(QueuesModel model) : SchedulerPage("Queues")
{
    private const int MaxNote = 500;

    public static async Task<string> PauseAsync(HttpContext http, IFormCollection form)
    {
        var note = form["note"].ToString().Trim();
        if (form["queue"].ToString() is var queue && Scheduler.Jobs.Contracts.Names.IsQueue(queue))
            await http.RequestServices.GetRequiredService<QueueStore>()
                .PauseAsync(queue, Caller.NameOf(http.User), note.Length <= MaxNote ? note : note[..MaxNote], http.RequestAborted);
        return "/queues";
    }

    public static async Task<string> ResumeAsync(HttpContext http, IFormCollection form)
    {
        if (form["queue"].ToString() is var queue && Scheduler.Jobs.Contracts.Names.IsQueue(queue))
            await http.RequestServices.GetRequiredService<QueueStore>().ResumeAsync(queue, http.RequestAborted);
        return "/queues";
    }

    protected override void WriteBody()
    {
        if (model.Queues.Count == 0)
        {
            Put($"""<div class="alert alert-info">No queue has been used yet.</div>""");
            return;
        }
        Put($"""
            <div class="table-responsive"><table class="table">
              <thead><tr><th>Queue</th><th class="sched-number">Waiting</th><th>Oldest waits</th><th class="sched-number">Running</th><th>Workers</th><th>State</th><th></th></tr></thead>
              <tbody>{Markup(model.Queues.Select(Row))}</tbody>
            </table></div>
            """);
    }

    private NonEscapedString Row(QueueRecord queue) => Markup($"""
        <tr><td><a href="{SearchUrl("state:enqueued queue:" + queue.Name)}">{queue.Name}</a></td><td class="sched-number">{queue.Length}</td>
        <td>{Duration(queue.OldestAge)}</td><td class="sched-number">{queue.Processing}</td><td>{Serving(queue)}</td><td>{StateOf(queue)}</td><td class="sched-buttons">{Action(queue)}</td></tr>
        """);

    private NonEscapedString Serving(QueueRecord queue)
    {
        var workers = model.Workers.Where(w => !w.Draining && w.Queues.Contains(queue.Name)).ToList();
        return workers.Count > 0
            ? Markup($"""{workers.Count} ({workers.Sum(w => w.Running)} of {workers.Sum(w => w.Concurrency)} slots taken)""")
            : Markup($"""<span class="label label-warning">no live worker serves it</span>""");
    }

    private NonEscapedString StateOf(QueueRecord queue) => queue.Pause is { } pause
        ? Markup($"""<span class="label label-danger">paused</span> {Time(pause.At)} {(pause.By is null ? "" : "by " + pause.By)} {(pause.Note is null ? "" : "– " + pause.Note)}""")
        : Markup($"""<span class="label label-success">open</span>""");

    private NonEscapedString Action(QueueRecord queue) => IsReadOnly ? Markup($"")
        : queue.Paused ? PostButton("/queues/resume", "Resume", "primary", ("queue", queue.Name))
        : Markup($"""
            <form method="post" action="{Url.To("/queues/pause")}" class="sched-inline">{Token()}<input type="hidden" name="queue" value="{queue.Name}">
            <input name="note" class="form-control input-sm" maxlength="{MaxNote}" placeholder="why" aria-label="Why {queue.Name} is paused"> <button type="submit" class="btn btn-sm btn-default">Pause</button></form>
            """);
}
