using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Api;

/// <summary>Secrets planted into a job are nowhere on the dashboard.</summary>
public sealed class RedactedDashboardTests(EmbeddedServerFixture server)
{
    private const string Canary = "canary-8c1f";

    [Fact]
    public async Task Planted_secret_is_on_no_page_of_the_dashboard()
    {
        await using var host = await WholeHost.StartAsync(server, new Dictionary<string, string> { ["root"] = "admin" });
        using var root = host.Client("root");
        var made = await root.PostAsync("/api/v1/jobs",
            """{"type":"http.request","args":{"url":"https://example.org/","headers":{"Authorization":"Bearer CANARY"}}}""".Replace("CANARY", Canary, StringComparison.Ordinal));
        Assert.True(made.Status == 202, made.Body);

        foreach (var path in new[] { "/hangfire/jobs/details/" + made.Text("id"), "/hangfire/queues/default", "/hangfire/jobs/enqueued/default" })
        {
            var page = await root.GetAsync(path);
            if (page.Status == 404)
                continue;
            Assert.Equal(200, page.Status);
            Assert.Contains("http.request", page.Body);
            Assert.DoesNotContain(Canary, page.Body);
        }
    }
}
