using Hangfire.Dashboard;

namespace Scheduler.Web.Dashboard.Pages;

/// <summary>What Hangfire's job page lacks: why it does not run or where its time went, progress and log, live. Filled by dashboard.js from the API.</summary>
internal static class JobLivePanel
{
    public static NonEscapedString Render(JobDetailsRendererDto details)
    {
        var root = details.Page.Context.GetHttpContext().Request.PathBase.Value ?? "";
        var api = root.EndsWith(DashboardExtensions.Root, StringComparison.OrdinalIgnoreCase) ? root[..^DashboardExtensions.Root.Length] : root;
        var encode = System.Text.Encodings.Web.HtmlEncoder.Default;
        return new NonEscapedString($"""
            <section class="sched-live" data-sched-job="{encode.Encode(details.JobId)}" data-sched-api="{encode.Encode(api + Api.SchedulerApiExtensions.Root)}" aria-live="polite">
              <h3>Now</h3>
              <p class="sched-summary"></p>
              <div class="sched-progress" hidden><progress max="100" value="0"></progress> <span></span></div>
              <ul class="list-unstyled sched-reasons"></ul>
              <h3>Log</h3>
              <p class="sched-note" hidden></p>
              <pre class="sched-log" tabindex="0"></pre>
            </section>
            """);
    }
}
