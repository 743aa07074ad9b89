using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;

namespace Scheduler.BrowserTests;

/// <summary>A host that asks for keys: the page asks its visitor.</summary>
public sealed class ApiKeyTests(Chromium chromium)
{
    private const string Key = "a-key-of-the-browser-test";

    [Fact]
    public async Task Page_asks_for_a_key_and_then_shows_live_completions()
    {
        Chromium.SkipWhereMissing();
        await using var host = await StartAsync();
        await using var watched = await chromium.OpenAsync(host.Address);
        // What the browser itself writes about each refused request.
        watched.Expected = "401";
        var page = watched.Page;
        await watched.GotoAsync("/");

        await page.GetByLabel("API key", new PageGetByLabelOptions { Exact = true }).FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use key" }).ClickAsync();
        await Assertions.Expect(page.Locator("#key-error")).ToContainTextAsync("not known");
        await page.GetByLabel("API key", new PageGetByLabelOptions { Exact = true }).FillAsync(Key);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use key" }).ClickAsync();
        await page.GetByText("Live", new PageGetByTextOptions { Exact = true }).WaitForAsync();
        await page.GetByLabel("Job type").SelectOptionAsync("demo.echo");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Enqueue" }).ClickAsync();

        await Assertions.Expect(page.Locator("#completions")).ToContainTextAsync("hello");
        Assert.DoesNotContain(Key, page.Url, StringComparison.Ordinal);
        watched.AssertNoTrouble();
    }

    private static async Task<WebHost> StartAsync()
    {
        var host = new WebHost { EnvironmentName = "Production" };
        host.Settings["Scheduler:DemoJobs:Enabled"] = "true";
        host.Settings["Scheduler:Auth:ApiKeys:0:Name"] = "browser";
        host.Settings["Scheduler:Auth:ApiKeys:0:Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        host.Settings["Scheduler:Auth:ApiKeys:0:Scopes:0"] = "jobs:read";
        host.Settings["Scheduler:Auth:ApiKeys:0:Scopes:1"] = "jobs:write";
        host.Settings["Scheduler:Auth:ApiKeys:0:Scopes:2"] = "events:read";
        await host.InitializeAsync();
        return host;
    }
}
