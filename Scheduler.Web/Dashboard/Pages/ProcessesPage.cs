using Hangfire.Dashboard;
using Scheduler.Jobs.Engine;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>Worker processes with their capacity, and the child processes that run isolated jobs.</summary>
internal sealed class ProcessesPage(IReadOnlyList<WorkerRecord> workers) : SchedulerPage("Processes")
{
    private const long Megabyte = 1024 * 1024;

    public static Task<IReadOnlyList<WorkerRecord>> LoadAsync(HttpContext http) =>
        http.RequestServices.GetRequiredService<WorkerStore>().ListAsync(http.RequestAborted);

    protected override void WriteBody()
    {
        if (workers.Count == 0)
            Put($"""<div class="alert alert-warning">No worker process is alive: jobs wait.</div>""");
        foreach (var worker in workers)
            WriteWorker(worker);
    }

    private void WriteWorker(WorkerRecord worker)
    {
        Put($"""
            <h3 class="sched-filter">{worker.Id} {(worker.Draining ? Markup($"""<span class="label label-warning">draining</span>""") : Markup($""))}</h3>
            <p>{worker.Running} of {worker.Concurrency} slots taken; serves {string.Join(", ", worker.Queues)}; started {Time(worker.StartedAt)}, heard of {Time(worker.HeartbeatAt)}
              {Markup(worker.Labels.Select(l => Markup($"""<span class="label label-default">{l.Key}: {l.Value}</span> """)))}</p>
            """);
        if (worker.Children.Count == 0)
        {
            Put($"""<p class="sched-help">No child processes: it has no isolated job types, or none is needed now.</p>""");
            return;
        }
        Put($"""
            <div class="table-responsive"><table class="table">
              <thead><tr><th>Child</th><th>Runs</th><th class="sched-number">Attempts</th><th class="sched-number">Memory</th><th>Started</th></tr></thead>
              <tbody>{Markup(worker.Children.Select(Row))}</tbody>
            </table></div>
            """);
    }

    private NonEscapedString Row(WorkerChild child) => Markup($"""
        <tr><td>{child.Pid}</td><td class="sched-id">{(child.JobId is { } id ? Markup($"""<a href="{Url.JobDetails(id)}">{id}</a>""") : Markup($"ready"))}</td>
        <td class="sched-number">{child.Attempts}</td><td class="sched-number">{child.MemoryBytes / Megabyte} MB</td><td>{Time(child.StartedAt)}</td></tr>
        """);
}
