using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>The machine's own Chromium; nothing is downloaded. One process for the whole run, one fresh profile for each page.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string HowToGet =
        "Needs Chromium: 'apt-get install chromium' (Debian), or set CHROMIUM_PATH to a Chromium or Chrome executable. .ci/run installs it.";

    // Milliseconds. A machine that does other things takes its time to show a page.
    private const int Patience = 30_000;

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];

    private IPlaywright? playwright;
    private IBrowser? browser;

    private static string? ExecutablePath { get; } =
        Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } chosen ? chosen : UsualPlaces.FirstOrDefault(File.Exists);

    /// <summary>Skips the calling test where there is no Chromium.</summary>
    public async Task<WatchedPage> OpenAsync(Uri site, BrowserNewContextOptions? options = null)
    {
        SkipWhereMissing();
        options ??= new BrowserNewContextOptions();
        options.BaseURL = site.ToString();
        var context = await browser!.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return new WatchedPage(await context.NewPageAsync(), site);
    }

    public static void SkipWhereMissing() => Assert.SkipWhen(ExecutablePath is null, HowToGet);

    public async ValueTask InitializeAsync()
    {
        if (ExecutablePath is null)
            return;
        playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = ExecutablePath,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}
