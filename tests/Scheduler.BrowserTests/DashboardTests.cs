using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>Hangfire's dashboard on this storage, with its buttons.</summary>
public sealed class DashboardTests(Chromium chromium, WebHost host)
{
    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/hangfire/jobs/scheduled")]
    [InlineData("/hangfire/jobs/processing")]
    [InlineData("/hangfire/jobs/succeeded")]
    [InlineData("/hangfire/jobs/failed")]
    [InlineData("/hangfire/jobs/deleted")]
    [InlineData("/hangfire/jobs/awaiting")]
    [InlineData("/hangfire/retries")]
    [InlineData("/hangfire/recurring")]
    [InlineData("/hangfire/servers")]
    public async Task Page_opens_without_an_error(string path)
    {
        await using var watched = await chromium.OpenAsync(host.Address);

        await watched.GotoAsync(path);

        await watched.KeepScreenshotAsync("dashboard-" + path.Replace('/', '-').Trim('-'));
        watched.AssertNoTrouble();
    }

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/succeeded")]
    public async Task Page_is_dark_where_the_visitor_wants_it_so(string path)
    {
        await using var watched = await chromium.OpenAsync(host.Address, new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark });

        await watched.GotoAsync(path);

        await watched.KeepScreenshotAsync("dashboard-dark-" + path.Replace('/', '-').Trim('-'));
        Assert.NotEqual("rgb(255, 255, 255)", await watched.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Failed_job_is_requeued_by_the_button_and_runs_again()
    {
        var id = await host.EnqueueAsync(new { type = "demo.fail", args = new { times = 9, message = "declined" }, maxAttempts = 1 });
        await host.WaitForStateAsync(id, "failed");
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/hangfire/jobs/details/" + id);
        await Assertions.Expect(watched.Page.Locator("body")).ToContainTextAsync("demo.fail");
        await watched.KeepScreenshotAsync("dashboard-details");

        await watched.GotoAsync("/hangfire/jobs/failed");
        await watched.Page.Locator($"input[value='{id}']").CheckAsync();
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Requeue jobs" }).ClickAsync();

        // It fails again, so it may be back on the page before anybody has seen it gone: its history tells.
        await host.WaitForAsync(id, job => job.History.Count(state => state == "failed") == 2);
        watched.AssertNoTrouble();
    }
}
