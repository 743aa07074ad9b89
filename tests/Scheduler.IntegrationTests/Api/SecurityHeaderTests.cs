using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Api;

/// <summary>What every answer tells a browser, whether it is a page, data, a refusal or a failure.</summary>
public sealed class SecurityHeaderTests(EmbeddedServerFixture server)
{
    private static readonly Dictionary<string, string> Keys = new() { ["root"] = "admin" };

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/assets/page.js", 200)]
    [InlineData("/login", 200)]
    [InlineData("/docs/", 200)]
    [InlineData("/hangfire", 200)]
    [InlineData("/hangfire/jobs/enqueued", 200)]
    [InlineData("/hangfire/recurring", 200)]
    [InlineData("/hangfire/servers", 200)]
    [InlineData("/hangfire/search", 200)]
    [InlineData("/hangfire/queues", 200)]
    [InlineData("/hangfire/dead-letters", 200)]
    [InlineData("/hangfire/bulk", 200)]
    [InlineData("/hangfire/processes", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/api/v1/jobs", 200)]
    [InlineData("/api/v1/jobs/nobody", 404)]
    [InlineData("/nothing", 404)]
    public async Task Every_answer_is_closed_to_other_sites(string path, int status)
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        using var client = host.Client("root");

        var answer = await client.GetAsync(path);

        Assert.Equal(status, answer.Status);
        AssertClosed(answer);
    }

    [Fact]
    public async Task Failure_is_closed_too()
    {
        await using var host = await WholeHost.StartAsync(server, Keys, ("ConnectionStrings:Redis", "127.0.0.1:1"));
        using var client = host.Client("root");

        var answer = await client.GetAsync("/api/v1/jobs");

        Assert.Equal(503, answer.Status);
        AssertClosed(answer);
    }

    private static void AssertClosed(ApiAnswer answer)
    {
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", answer.Header("Referrer-Policy"));
        Assert.NotNull(answer.Header("Cache-Control"));
        Assert.Null(answer.Header("Server"));
        var policy = answer.Header("Content-Security-Policy")!;
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Contains("base-uri 'none'", policy);
        // A script runs only where it is a file of ours or carries this answer's own nonce.
        var scripts = policy.Split(';', StringSplitOptions.TrimEntries).LastOrDefault(d => d.StartsWith("script-src", StringComparison.Ordinal))
            ?? policy.Split(';', StringSplitOptions.TrimEntries).Single(d => d.StartsWith("default-src", StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", scripts);
        Assert.DoesNotContain("*", scripts);
    }
}
