using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Audit;

namespace Scheduler.IntegrationTests.Api;

public abstract class AuditApiTests(ServerFixture server)
{
    [Fact]
    public async Task Every_change_is_told_with_who_and_what_and_refusals_too()
    {
        await using var host = await WholeHost.StartAsync(server, new Dictionary<string, string> { ["ops"] = "admin", ["reader"] = "jobs:read" });
        using var ops = host.Client("ops");
        using var reader = host.Client("reader");
        using var nobody = host.Client();
        await ops.PostAsync("/api/v1/queues/mail/pause");
        await reader.PostAsync("/api/v1/queues/mail/pause");
        await nobody.PostAsync("/api/v1/queues/mail/resume");
        await ops.SendAsync(HttpMethod.Put, "/api/v1/recurring/nightly", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        await ops.GetAsync("/api/v1/jobs");

        var entries = await EntriesAsync(host, ops);

        Assert.Equal(
        [
            "anonymous POST /api/v1/queues/mail/resume 401 x1",
            "key:ops POST /api/v1/queues/mail/pause 200 x1",
            "key:ops PUT /api/v1/recurring/nightly 422 x1",
            "key:reader POST /api/v1/queues/mail/pause 403 x1",
        ], entries.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Equal_calls_are_counted_and_no_line_of_a_caller_is_its_own()
    {
        await using var host = await WholeHost.StartAsync(server, new Dictionary<string, string> { ["ops"] = "admin" });
        using var ops = host.Client("ops");
        for (var i = 0; i < 5; i++)
            await ops.PostAsync("/api/v1/jobs/bulk", "{}");
        await ops.PostAsync("/api/v1/jobs/a%0Afake%20entry/cancel");

        var entries = await EntriesAsync(host, ops);

        Assert.Equal(5, entries.Where(e => e.StartsWith("key:ops POST /api/v1/jobs/bulk 422 x", StringComparison.Ordinal)).Sum(e => int.Parse(e[(e.LastIndexOf('x') + 1)..], CultureInfo.InvariantCulture)));
        Assert.Contains("key:ops POST /api/v1/jobs/a%0Afake%20entry/cancel 404 x1", entries);
    }

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest()
    {
        await using var host = await WholeHost.StartAsync(server, new Dictionary<string, string> { ["ops"] = "admin" });
        using var ops = host.Client("ops");
        for (var i = 0; i < 5; i++)
        {
            await ops.PostAsync($"/api/v1/queues/q{i}/pause");
            await WriteAsync(host);
        }

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await ops.GetAsync($"/api/v1/audit?limit=2&cursor={cursor}");
            seen.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("path").GetString()!));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"/api/v1/queues/q{4 - i}/pause"), seen);
    }

    private static async Task<IReadOnlyList<string>> EntriesAsync(WholeHost host, ApiClient client)
    {
        await WriteAsync(host);
        var page = await client.GetAsync("/api/v1/audit?limit=100");
        Assert.True(page.Status == 200, page.Body);
        return [.. page.Json.GetProperty("items").EnumerateArray().Select(Describe)];
    }

    private static Task WriteAsync(WholeHost host) => host.App.Services.GetRequiredService<AuditTrail>().WriteAsync();

    private static string Describe(JsonElement e) =>
        $"{e.GetProperty("who").GetString()} {e.GetProperty("method").GetString()} {e.GetProperty("path").GetString()} {e.GetProperty("status")} x{e.GetProperty("count")}";
}

public sealed class AuditApiOnRedisTests(RedisServerFixture server) : AuditApiTests(server);

public sealed class AuditApiOnEmbeddedTests(EmbeddedServerFixture server) : AuditApiTests(server);
