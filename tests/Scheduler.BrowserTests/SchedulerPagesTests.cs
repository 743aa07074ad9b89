using System.Net.Http.Json;
using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>Our pages within Hangfire's dashboard.</summary>
public sealed class SchedulerPagesTests(Chromium chromium, WebHost host)
{
    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 375)]
    public async Task Pages_are_readable(string scheme, int width)
    {
        var id = await FailAsync("readable");
        await using var watched = await OpenAsync(scheme, width);
        foreach (var (path, text) in new[]
        {
            ("/hangfire/search?filter=state:failed", "demo.fail"), ("/hangfire/dead-letters", "demo.fail"), ("/hangfire/queues", "default"), ("/hangfire/bulk", "Bulk operations"), ("/hangfire/processes", "slots"),
            ("/hangfire/bulk/new?action=requeue&filter=state:failed", "Requeue"), ("/hangfire/jobs/details/" + id, "It failed for good"),
        })
        {
            await watched.GotoAsync(path);
            await Assertions.Expect(watched.Page.Locator("body")).ToContainTextAsync(text);
            await watched.KeepScreenshotAsync($"{scheme}-{width}{path.Split('?')[0].Replace(id, "id", StringComparison.Ordinal).Replace('/', '-')}");
            Assert.False(await watched.ScrollsSidewaysAsync(), path);
        }
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Search_finds_by_filter_and_says_what_is_wrong_with_one()
    {
        var tag = $"t{Guid.NewGuid():N}";
        var id = await host.EnqueueAsync(new { type = "demo.echo", args = new { text = "<b>needle</b>" }, tags = new[] { tag }, delay = "PT1H" });
        await using var watched = await OpenAsync();
        await watched.GotoAsync("/hangfire/search");

        await watched.Page.GetByLabel("Filter", new PageGetByLabelOptions { Exact = true }).FillAsync($"tag:{tag} needle");
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Search" }).ClickAsync();
        await Assertions.Expect(watched.Page.Locator(".sched-jobs tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(watched.Page.Locator(".sched-id a")).ToHaveTextAsync(id);

        await watched.GotoAsync("/hangfire/search?filter=colour:%3Cscript%3E");
        await Assertions.Expect(watched.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no field 'colour'");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Matching_jobs_are_deleted_after_a_preview_and_the_delete_is_undone()
    {
        var tag = $"t{Guid.NewGuid():N}";
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add(await host.EnqueueAsync(new { type = "demo.echo", args = new { i }, tags = new[] { tag }, delay = "PT1H" }));
        await using var watched = await OpenAsync();
        await watched.GotoAsync("/hangfire/search?filter=tag:" + tag);

        await watched.Page.GetByText("Delete all matching…").ClickAsync();
        await Assertions.Expect(watched.Page.Locator(".sched-lead")).ToContainTextAsync("Delete 3 jobs");
        await watched.KeepScreenshotAsync("bulk-preview");
        await watched.ClickAndReloadAsync(watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete them" }));
        await host.WaitForStateAsync(ids[0], "deleted");

        await watched.GotoAsync("/hangfire/bulk");
        var row = watched.Page.Locator("tbody tr").Filter(new LocatorFilterOptions { HasText = tag }).First;
        await Assertions.Expect(row).ToContainTextAsync("3 done");
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Undo" }).ClickAsync();
        foreach (var id in ids)
            await host.WaitForStateAsync(id, "scheduled");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Dead_letter_group_is_requeued()
    {
        var id = await FailAsync("grouped");
        await using var watched = await OpenAsync();
        await watched.GotoAsync("/hangfire/dead-letters");

        await watched.Page.Locator("tbody tr").First.GetByText("Requeue…").ClickAsync();
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Requeue them" }).ClickAsync();

        await Assertions.Expect(watched.Page.Locator("tbody tr").First).ToContainTextAsync("requeue");
        await WaitForReasonAsync(id, "bulk ");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Queue_is_paused_with_a_note_and_resumed()
    {
        var queue = $"q{Guid.NewGuid():N}"[..12];
        await host.EnqueueAsync(new { type = "demo.echo", args = new { }, queue });
        await using var watched = await OpenAsync();
        await watched.GotoAsync("/hangfire/queues");
        var row = watched.Page.Locator("tbody tr").Filter(new LocatorFilterOptions { HasText = queue });
        await Assertions.Expect(row).ToContainTextAsync("no live worker serves it");

        await row.GetByPlaceholder("why").FillAsync("provider is down");
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("provider is down");
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Resume" }).ClickAsync();

        await Assertions.Expect(row).ToContainTextAsync("open");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Progress_and_log_of_a_running_job_are_shown_live()
    {
        var id = await host.EnqueueAsync(new { type = "demo.progress", args = new { steps = 4, stepMs = 700 } });
        await using var watched = await OpenAsync();
        await watched.GotoAsync("/hangfire/jobs/details/" + id);

        await Assertions.Expect(watched.Page.Locator(".sched-progress span")).ToContainTextAsync("%");
        await Assertions.Expect(watched.Page.Locator(".sched-log")).ToContainTextAsync("Information");
        await Assertions.Expect(watched.Page.Locator(".sched-summary")).ToContainTextAsync("It succeeded");
        await watched.KeepScreenshotAsync("job-live");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Hangfires_own_pages_say_how_it_is_here()
    {
        await FailAsync("kept for a while");
        using var put = await host.Client.PutAsJsonAsync("/api/v1/recurring/fortnightly", new { type = "demo.echo", interval = new { every = "P14D" } }, TestContext.Current.CancellationToken);
        Assert.True(put.IsSuccessStatusCode);
        await using var watched = await OpenAsync();

        await watched.GotoAsync("/hangfire/recurring");
        await Assertions.Expect(watched.Page.Locator("tbody tr").Filter(new LocatorFilterOptions { HasText = "fortnightly" }).Locator("code")).ToHaveTextAsync("every P14D");
        await watched.GotoAsync("/hangfire/jobs/failed");
        await Assertions.Expect(watched.Page.Locator(".alert-warning")).ToContainTextAsync("Scheduler:Retention:Failed");

        using var deleted = await host.Client.DeleteAsync("/api/v1/recurring/fortnightly", TestContext.Current.CancellationToken);
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Form_without_its_token_changes_nothing()
    {
        using var form = new FormUrlEncodedContent([new("queue", "default"), new("note", "forged")]);
        using var answer = await host.Client.PostAsync("/hangfire/queues/pause", form, TestContext.Current.CancellationToken);
        Assert.Equal(403, (int)answer.StatusCode);
    }

    // It fails again at once: its history tells that it was requeued.
    private async Task WaitForReasonAsync(string id, string reason)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await host.Client.GetAsync("/api/v1/jobs/" + id, limit.Token);
            if ((await answer.Content.ReadAsStringAsync(limit.Token)).Contains($"\"reason\":\"{reason}", StringComparison.Ordinal))
                return;
            await Task.Delay(50, limit.Token);
        }
    }

    private Task<WatchedPage> OpenAsync(string scheme = "light", int width = 1280) => chromium.OpenAsync(host.Address, new BrowserNewContextOptions
    {
        ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
        ViewportSize = new ViewportSize { Width = width, Height = 800 },
    });

    private async Task<string> FailAsync(string message)
    {
        var id = await host.EnqueueAsync(new { type = "demo.fail", args = new { times = 100, message }, maxAttempts = 1 });
        await host.WaitForStateAsync(id, "failed");
        return id;
    }
}
