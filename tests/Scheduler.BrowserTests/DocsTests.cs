using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>The rendered API reference.</summary>
public sealed class DocsTests(Chromium chromium, WebHost host)
{
    [Fact]
    public async Task Reference_shows_the_operations_without_asking_another_host()
    {
        await using var watched = await chromium.OpenAsync(host.Address);

        await watched.GotoAsync("/docs");

        await Assertions.Expect(watched.Page.Locator("body")).ToContainTextAsync("/api/v1/jobs");
        await watched.KeepScreenshotAsync("docs");
        watched.AssertNoTrouble();
    }
}
