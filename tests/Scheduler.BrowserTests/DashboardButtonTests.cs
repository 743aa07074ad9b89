using System.Net.Http.Json;
using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Playwright;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Storage;

namespace Scheduler.BrowserTests;

/// <summary>Every button of Hangfire's dashboard, pressed on this storage.</summary>
public sealed class DashboardButtonTests(Chromium chromium, WebHost host)
{
    private static readonly object Echo = new { type = "demo.echo", args = new { hello = "world" } };

    // A queue that nobody serves: what waits there goes on waiting.
    private static readonly object Idle = new { type = "demo.echo", queue = "idle" };

    // Longer than any test takes: a job that is tried again by itself leaves nothing to press for.
    private static readonly string[] Later = ["PT1H", "PT1H"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Delete selected", "deleted")]
    [InlineData("Enqueue now", "succeeded")]
    public Task Scheduled(string button, string end) =>
        PressAsync("/hangfire/jobs/scheduled", () => host.EnqueueAsync(new { type = "demo.echo", args = new { }, delay = "PT1H" }), "scheduled", button, end);

    [Fact]
    public Task Waiting_in_a_queue() => PressAsync("/hangfire/jobs/enqueued/idle", () => host.EnqueueAsync(Idle), "enqueued", "Delete selected", "deleted");

    [Theory]
    [InlineData("Delete selected", "deleted")]
    [InlineData("Requeue jobs", "enqueued processing")]
    public Task Processing(string button, string end) =>
        PressAsync("/hangfire/jobs/processing", () => host.EnqueueAsync(new { type = "demo.sleep", args = new { duration = "PT20S" } }), "processing", button, end);

    [Fact]
    public Task Succeeded() => PressAsync("/hangfire/jobs/succeeded", () => host.EnqueueAsync(Echo), "succeeded", "Requeue jobs", "enqueued processing succeeded");

    [Fact]
    public Task Failed() => PressAsync("/hangfire/jobs/failed",
        () => host.EnqueueAsync(new { type = "demo.fail", args = new { times = 9, message = "declined" }, maxAttempts = 1 }), "failed", "Delete selected", "deleted");

    [Fact]
    public Task Deleted() => PressAsync("/hangfire/jobs/deleted", DeletedJobAsync, "deleted", "Requeue jobs", "enqueued processing succeeded");

    [Theory]
    [InlineData("Delete selected", "deleted")]
    [InlineData("Enqueue jobs", "succeeded")]
    public Task Awaiting(string button, string end) => PressAsync("/hangfire/jobs/awaiting", AwaitingJobAsync, "awaiting", button, end);

    [Theory]
    [InlineData("Delete selected", "deleted")]
    [InlineData("Enqueue jobs", "enqueued processing")]
    public Task Retries(string button, string end) => PressAsync("/hangfire/retries",
        () => host.EnqueueAsync(new { type = "demo.fail", args = new { times = 9, message = "declined" }, retry = new { delays = Later } }),
        "scheduled", button, end);

    [Fact]
    public async Task Select_all_takes_every_job_of_the_page()
    {
        string[] ids = [await host.EnqueueAsync(Idle), await host.EnqueueAsync(Idle), await host.EnqueueAsync(Idle)];
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/hangfire/jobs/enqueued/idle");
        await watched.Page.Locator(".js-jobs-list-select-all").CheckAsync();
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete selected" }).ClickAsync();
        foreach (var id in ids)
            await host.WaitForStateAsync(id, "deleted");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Details_requeue_and_delete()
    {
        var id = await host.EnqueueAsync(Echo);
        await host.WaitForStateAsync(id, "succeeded");
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/hangfire/jobs/details/" + id);
        await watched.ClickAndReloadAsync(watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Requeue" }));
        await host.WaitForAsync(id, job => job.History.Count(state => state == "succeeded") == 2);
        await watched.GotoAsync("/hangfire/jobs/details/" + id);
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await host.WaitForStateAsync(id, "deleted");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Recurring_trigger_and_delete()
    {
        using var put = await host.Client.PutAsJsonAsync(
            "/api/v1/recurring/by-button", new { type = "demo.echo", args = new { }, interval = new { every = "PT7H" } }, Token);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Token));
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/hangfire/recurring");
        await watched.KeepScreenshotAsync("dashboard-recurring-filled");
        var row = watched.Page.Locator(".js-jobs-list-row", new PageLocatorOptions { HasText = "by-button" });
        await row.Locator("input").CheckAsync();
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Trigger now" }).ClickAsync();
        await Assertions.Expect(row.GetByRole(AriaRole.Link)).ToBeVisibleAsync();
        Assert.Equal(0, await row.Locator(".glyphicon-exclamation-sign").CountAsync());

        await row.Locator("input").CheckAsync();
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await row.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        using var gone = await host.Client.GetAsync("/api/v1/recurring/by-button", Token);
        Assert.Equal(404, (int)gone.StatusCode);
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Figures_and_graph_follow_the_jobs()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/hangfire");
        var waiting = host.EnqueueAsync(Idle);
        var figures = await watched.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/hangfire/stats", StringComparison.Ordinal));
        Assert.Contains("succeeded:count", await figures.TextAsync(), StringComparison.Ordinal);
        Assert.True(await watched.Page.Locator("#realtimeGraph canvas, #historyGraph canvas, canvas").CountAsync() >= 2);
        Assert.True(await DrewSomethingAsync(watched.Page), "The history graph is empty.");
        await Assertions.Expect(watched.Page.Locator("body")).ToContainTextAsync("Realtime Graph");
        await waiting;
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Button_of_another_site_does_nothing()
    {
        var id = await host.EnqueueAsync(Idle);
        using var answer = await host.Client.PostAsync("/hangfire/jobs/enqueued/delete", new FormUrlEncodedContent([new("jobs[]", id)]), Token);
        Assert.InRange((int)answer.StatusCode, 400, 403);
        await host.WaitForStateAsync(id, "enqueued");
    }

    private async Task PressAsync(string path, Func<Task<string>> make, string state, string button, string end)
    {
        var id = await make();
        await host.WaitForStateAsync(id, state);
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync(path);
        await Assertions.Expect(watched.Page.Locator(".js-jobs-list-row", new PageLocatorOptions { Has = watched.Page.Locator($"input[value='{id}']") })).ToContainTextAsync("demo.");
        await watched.Page.Locator($"input[value='{id}']").CheckAsync();
        var before = (await host.GetAsync(id)).History.Count;
        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button }).ClickAsync();
        var wanted = end.Split(' ');
        await host.WaitForAsync(id, job => job.History.Count >= before + wanted.Length && wanted.All(w => job.History.Skip(before).Contains(w)));
        watched.AssertNoTrouble();
        await host.DeleteAsync(id);
    }

    private async Task<string> DeletedJobAsync()
    {
        var id = await host.EnqueueAsync(new { type = "demo.echo", args = new { }, delay = "PT1H" });
        await host.DeleteAsync(id);
        return id;
    }

    // Only Hangfire's own client makes continuations.
    private async Task<string> AwaitingJobAsync()
    {
        var parent = await host.EnqueueAsync(Idle);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:Redis", host.StoreAddress)]);
        builder.Services.AddLogging();
        builder.Services.AddScheduler(builder.Configuration);
        using var client = builder.Build();
        return client.Services.GetRequiredService<IBackgroundJobClient>().ContinueJobWith(parent, () => TypedJob.Run("demo.echo", "{}"));
    }

    private static Task<bool> DrewSomethingAsync(IPage page) => page.EvaluateAsync<bool>("""
        () => Array.from(document.querySelectorAll('canvas')).some(c => {
          const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          return data.some(value => value !== 0);
        })
        """);
}
