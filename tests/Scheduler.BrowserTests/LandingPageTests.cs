using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>The page at <c>/</c>, as a person uses it.</summary>
public sealed class LandingPageTests(Chromium chromium, WebHost host)
{
    private static readonly string[] Links = ["/hangfire", "/docs", "/openapi/v1.json", "/metrics", "/health/ready"];

    [Fact]
    public async Task Enqueued_job_appears_when_it_is_done_without_a_reload()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        var page = watched.Page;
        await watched.GotoAsync("/");
        await page.GetByText("Live", new PageGetByTextOptions { Exact = true }).WaitForAsync();
        var loads = await page.EvaluateAsync<double>("performance.timeOrigin");

        await page.GetByLabel("Job type").SelectOptionAsync("demo.echo");
        await page.GetByLabel("Arguments").FillAsync("""{ "seen": "in the browser" }""");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Enqueue" }).ClickAsync();

        var answer = page.Locator("#enqueue-answer");
        await Assertions.Expect(answer).ToContainTextAsync("Enqueued ");
        var id = (await answer.TextContentAsync())!["Enqueued ".Length..];
        var row = page.Locator($"tr[data-job='{id}']");
        await Assertions.Expect(row).ToContainTextAsync("succeeded");
        await Assertions.Expect(row).ToContainTextAsync("in the browser");
        Assert.Equal(loads, await page.EvaluateAsync<double>("performance.timeOrigin"));
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Counters_and_chart_follow_what_others_enqueue()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/");
        await watched.Page.GetByText("Live", new PageGetByTextOptions { Exact = true }).WaitForAsync();

        for (var i = 0; i < 5; i++)
            await host.EnqueueAsync(new { type = "demo.echo", args = new { i } });
        await host.EnqueueAsync(new { type = "demo.fail", args = new { times = 9, message = "declined" }, maxAttempts = 1 });

        await Assertions.Expect(watched.Page.Locator("#count-failed")).Not.ToHaveTextAsync("0");
        await Assertions.Expect(watched.Page.Locator("#count-workers")).ToHaveTextAsync("1");
        await Assertions.Expect(watched.Page.Locator("#chart-note")).Not.ToContainTextAsync("peak 0");
        await Assertions.Expect(watched.Page.Locator("#completions")).ToContainTextAsync("declined");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Job_that_ends_while_the_stream_is_being_opened_is_shown()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        var isOpening = new TaskCompletionSource();
        var mayOpen = new TaskCompletionSource();
        await watched.Page.RouteAsync("**/api/v1/events", async route =>
        {
            isOpening.TrySetResult();
            await mayOpen.Task;
            await route.ContinueAsync();
        });
        await watched.Page.RunAndWaitForResponseAsync(() => watched.GotoAsync("/"), answer => answer.Url.Contains("state=failed", StringComparison.Ordinal));
        await isOpening.Task;
        var id = await host.EnqueueAsync(new { type = "demo.echo", args = new { } });
        await host.WaitForStateAsync(id, "succeeded");
        mayOpen.SetResult();

        await watched.Page.Locator($"tr[data-job='{id}']").WaitForAsync();
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Wrong_arguments_are_explained()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        watched.Expected = "422";
        await watched.GotoAsync("/");
        await watched.Page.GetByLabel("Job type").SelectOptionAsync("demo.sleep");
        await watched.Page.GetByLabel("Arguments").FillAsync("""{ "duration": "soon" }""");

        await watched.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Enqueue" }).ClickAsync();

        await Assertions.Expect(watched.Page.Locator("#enqueue-answer")).ToContainTextAsync("duration");
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Text_from_a_job_never_becomes_markup()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/");
        await watched.Page.GetByText("Live", new PageGetByTextOptions { Exact = true }).WaitForAsync();

        var id = await host.EnqueueAsync(new { type = "demo.echo", args = new { evil = "<img src=x onerror=alert(1)><script>alert(2)</script>" } });

        var row = watched.Page.Locator($"tr[data-job='{id}']");
        await Assertions.Expect(row).ToContainTextAsync("<img src=x");
        Assert.Equal(0, await row.Locator("img, script").CountAsync());
        watched.AssertNoTrouble();
    }

    [Fact]
    public async Task Every_link_leads_somewhere()
    {
        await using var watched = await chromium.OpenAsync(host.Address);
        await watched.GotoAsync("/");

        var links = await watched.Page.Locator("nav a").EvaluateAllAsync<string[]>("all => all.map(a => a.getAttribute('href'))");

        Assert.Equal(Links, links);
        foreach (var link in links)
            Assert.Equal(200, (int)(await host.Client.GetAsync(link, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    [InlineData("dark", 360)]
    public async Task Page_fits_and_follows_the_colour_scheme(string scheme, int width)
    {
        await using var watched = await chromium.OpenAsync(host.Address, new BrowserNewContextOptions
        {
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
        });
        await watched.GotoAsync("/");
        var id = await host.EnqueueAsync(new { type = "demo.echo", args = new { text = new string('w', 200) } });
        await watched.Page.Locator($"tr[data-job='{id}']").WaitForAsync();
        await watched.KeepScreenshotAsync($"landing-{scheme}-{width}");

        var background = await watched.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

        Assert.Equal(scheme == "dark" ? "rgb(16, 19, 28)" : "rgb(245, 246, 250)", background);
        Assert.False(await watched.ScrollsSidewaysAsync(), $"The page scrolls sideways at {width} px.");
        watched.AssertNoTrouble();
    }
}
