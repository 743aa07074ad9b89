using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public sealed class AuthApiTests(EmbeddedServerFixture server)
{
    [Fact]
    public async Task Outside_development_every_path_but_health_asks_for_a_key()
    {
        await using var host = await StartAsync("jobs:read");
        using var client = host.Client();
        foreach (var path in new[] { "/api/v1/jobs", "/api/v1/nothing", "/openapi/v1.json", "/docs", "/metrics", "/anything" })
        {
            var answer = await client.GetAsync(path);
            Assert.Equal((401, ProblemCodes.Unauthorized), (answer.Status, answer.Code));
            Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"));
        }
        Assert.Equal(200, (await client.GetAsync("/health/live")).Status);
        Assert.Equal(200, (await client.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task Key_is_taken_from_both_headers_and_never_from_the_query()
    {
        await using var host = await StartAsync("jobs:read");
        using var bearer = host.Client(ApiHost.Key);
        using var none = host.Client();
        using var wrong = host.Client("key-2");
        Assert.Equal(200, (await bearer.GetAsync("/api/v1/jobs")).Status);
        Assert.Equal(200, (await bearer.GetAsync("/metrics")).Status);
        Assert.Equal(200, (await none.GetAsync("/api/v1/jobs", ("X-Api-Key", ApiHost.Key))).Status);
        Assert.Equal(401, (await none.GetAsync("/api/v1/jobs", ("X-Api-Key", ""))).Status);
        Assert.Equal(401, (await none.GetAsync("/api/v1/jobs", ("Authorization", "Basic a2V5LTE="))).Status);
        foreach (var name in new[] { "access_token", "key", "apiKey", "api_key", "X-Api-Key" })
            Assert.Equal(401, (await none.GetAsync($"/api/v1/jobs?{name}=key-1")).Status);
        Assert.Contains("invalid_token", (await wrong.GetAsync("/api/v1/jobs")).Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("jobs:read", "GET /jobs;GET /jobs/x;GET /jobs/x/logs;GET /job-types;GET /queues;GET /workers")]
    [InlineData("jobs:write", "POST /jobs;POST /jobs/bulk;POST /jobs/x/cancel;POST /jobs/x/requeue")]
    [InlineData("recurring:write", "")]
    [InlineData("events:read", "")]
    [InlineData("admin", "GET /jobs;GET /jobs/x;GET /jobs/x/logs;GET /job-types;GET /queues;GET /workers;POST /jobs;POST /jobs/bulk;POST /jobs/x/cancel;POST /jobs/x/requeue;POST /queues/q/pause;POST /queues/q/resume;POST /workers/w/drain")]
    public async Task Each_scope_opens_its_own_paths_only(string scope, string open)
    {
        string[] all = ["GET /jobs", "GET /jobs/x", "GET /jobs/x/logs", "GET /job-types", "GET /queues", "GET /workers", "POST /jobs", "POST /jobs/bulk",
            "POST /jobs/x/cancel", "POST /jobs/x/requeue", "POST /queues/q/pause", "POST /queues/q/resume", "POST /workers/w/drain"];
        await using var host = await StartAsync(scope);
        using var client = host.Client(ApiHost.Key);
        foreach (var call in all)
        {
            var parts = call.Split(' ');
            var answer = await client.SendAsync(new HttpMethod(parts[0]), "/api/v1" + parts[1], null);
            Assert.True(open.Split(';').Contains(call) == (answer.Status != 403), $"{scope} {call}: {answer.Status}");
            if (answer.Status == 403)
                Assert.Contains("insufficient_scope", answer.Header("WWW-Authenticate"));
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", "Host", "evil.example", 401)]
    [InlineData("http://127.0.0.1:0", "Origin", "https://evil.example", 401)]
    [InlineData("http://127.0.0.1:0", "X-Forwarded-For", "203.0.113.9", 200)]
    [InlineData("http://localhost:16399", "X-Nothing", "1", 200)]
    [InlineData("http://0.0.0.0:0", "X-Forwarded-For", "127.0.0.1", 401)]
    [InlineData("http://[::]:0", "X-Nothing", "1", 401)]
    public async Task Development_needs_no_key_on_a_loopback_listener_only(string url, string header, string value, int status)
    {
        await using var host = await ApiHost.StartAsync(server, "Development", url);
        var port = new Uri(host.Address.Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        using var client = new ApiClient($"http://127.0.0.1:{port}", null);
        Assert.Equal(status, (await client.GetAsync("/api/v1/jobs", (header, value))).Status);
    }

    [Fact]
    public async Task Development_refuses_a_key_it_does_not_know()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client("nonsense");
        Assert.Equal(401, (await client.GetAsync("/api/v1/jobs")).Status);
    }

    [Fact]
    public async Task Production_does_not_start_without_keys()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => ApiHost.StartAsync(server, "Production", withKey: false));
        Assert.Contains("Scheduler:Auth:ApiKeys is empty", failure.Message);
    }

    [Fact]
    public async Task Requests_beyond_the_rate_are_told_when_to_come_back()
    {
        await using var host = await StartAsync("admin", new() { ["Scheduler:RateLimit:RequestsPerSecond"] = "5" });
        using var client = host.Client(ApiHost.Key);
        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 12; i++)
            answers.Add(await client.GetAsync("/api/v1/job-types"));
        var refused = answers.First(a => a.Status == 429);
        Assert.Equal(ProblemCodes.RateLimited, refused.Code);
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Contains(answers, a => a.Status == 200);
    }

    [Fact]
    public async Task Idempotency_keys_of_two_callers_do_not_meet()
    {
        await using var host = await StartAsync("admin", new()
        {
            ["Scheduler:Auth:ApiKeys:1:Name"] = "other",
            ["Scheduler:Auth:ApiKeys:1:Sha256"] = HashOf("key-2"),
            ["Scheduler:Auth:ApiKeys:1:Scopes"] = "jobs:read,jobs:write",
        });
        using var one = host.Client(ApiHost.Key);
        using var two = host.Client("key-2");
        Assert.Equal(202, (await one.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"))).Status);
        Assert.Equal(202, (await two.PostAsync("/api/v1/jobs", """{"type":"test.echo"}""", ("Idempotency-Key", "k"))).Status);
    }

    private Task<ApiHost> StartAsync(string scope, Dictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>(more ?? [])
        {
            ["Scheduler:Auth:ApiKeys:0:Scopes"] = scope,
        };
        return ApiHost.StartAsync(server, "Production", settings: settings);
    }

    private static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
