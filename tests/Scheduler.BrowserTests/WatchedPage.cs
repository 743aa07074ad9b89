using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>A page whose console and requests are watched: at the end nothing may have gone wrong unseen.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> troubles = new();

    public WatchedPage(IPage page, Uri site)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                troubles.Enqueue($"console at {message.Location}: {message.Text}");
        };
        page.PageError += (_, error) => troubles.Enqueue("script: " + error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } target && target.Authority != site.Authority)
                troubles.Enqueue("foreign host: " + request.Url);
        };
        // The dashboard asks before it deletes.
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
    }

    public IPage Page { get; }

    /// <summary>Errors that a test provokes on purpose.</summary>
    public string? Expected { get; set; }

    public async Task GotoAsync(string path)
    {
        var answer = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        Assert.Equal(200, answer?.Status);
    }

    /// <summary>Clicks what makes the page load again, and waits until it has: a test that goes elsewhere meanwhile would cut that off.</summary>
    public async Task ClickAndReloadAsync(ILocator button)
    {
        await Page.EvaluateAsync("window.isBeforeReload = true");
        await button.ClickAsync();
        await Page.WaitForFunctionAsync("() => !window.isBeforeReload && document.readyState === 'complete'");
    }

    public async Task<bool> ScrollsSidewaysAsync() =>
        await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    public void AssertNoTrouble() => Assert.DoesNotContain(troubles, t => Expected is null || !t.Contains(Expected, StringComparison.Ordinal));

    /// <summary>Where SCHEDULER_SCREENSHOTS names a folder, what a person would see is kept there.</summary>
    public async Task KeepScreenshotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("SCHEDULER_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
