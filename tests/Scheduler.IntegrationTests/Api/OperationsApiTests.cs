using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class OperationsApiTests(ServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_is_paused_shown_and_resumed()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await client.EnqueueAsync("\"queue\":\"slow\"");
        var queue = Assert.Single((await client.GetAsync("/api/v1/queues")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("slow", 1, 0, false), (queue.GetProperty("name").GetString(), queue.GetProperty("length").GetInt32(),
            queue.GetProperty("processing").GetInt32(), queue.GetProperty("paused").GetBoolean()));
        Assert.InRange(queue.GetProperty("oldestAgeMs").GetInt32(), 0, 60_000);
        Assert.True((await client.PostAsync("/api/v1/queues/slow/pause")).Json.GetProperty("paused").GetBoolean());
        Assert.True((await client.GetAsync("/api/v1/queues/slow")).Json.GetProperty("paused").GetBoolean());
        Assert.False((await client.PostAsync("/api/v1/queues/slow/resume")).Json.GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task Queue_nobody_has_used_may_be_paused_but_is_otherwise_unknown()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(ProblemCodes.QueueNotFound, (await client.GetAsync("/api/v1/queues/new")).Code);
        Assert.Equal(ProblemCodes.QueueNotFound, (await client.PostAsync("/api/v1/queues/new/resume")).Code);
        Assert.Equal(200, (await client.PostAsync("/api/v1/queues/new/pause")).Status);
        Assert.Equal(200, (await client.PostAsync("/api/v1/queues/new/resume")).Status);
        foreach (var wrong in new[] { "Big", "a%2Fb", new string('q', 65) })
            Assert.Equal((422, ProblemCodes.InvalidQueueName), await StatusAsync(client.PostAsync($"/api/v1/queues/{wrong}/pause")));
    }

    [Fact]
    public async Task Worker_is_listed_and_drained()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var at = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        await host.Services.GetRequiredService<WorkerStore>().AnnounceAsync(new WorkerRecord("box:1:ab12", "box", ["default"], 20, 3, at, at, false, ["test.echo"]), Token);
        var worker = Assert.Single((await client.GetAsync("/api/v1/workers")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("box:1:ab12", "running"), (worker.GetProperty("id").GetString(), worker.GetProperty("state").GetString()));
        var drained = await client.PostAsync("/api/v1/workers/box:1:ab12/drain");
        Assert.Equal((202, "draining"), (drained.Status, drained.Text("state")));
        Assert.Equal((404, ProblemCodes.WorkerNotFound), await StatusAsync(client.PostAsync("/api/v1/workers/nobody/drain")));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, ProblemCodes.RouteNotFound)]
    [InlineData("GET", "/api", 404, ProblemCodes.RouteNotFound)]
    [InlineData("GET", "/api/v2/jobs", 404, ProblemCodes.RouteNotFound)]
    [InlineData("POST", "/api/v1/jobs/x/y/z", 404, ProblemCodes.RouteNotFound)]
    [InlineData("DELETE", "/api/v1/jobs", 405, ProblemCodes.MethodNotAllowed)]
    [InlineData("PUT", "/api/v1/queues", 405, ProblemCodes.MethodNotAllowed)]
    public async Task Unknown_routes_and_methods_are_problems(string method, string path, int status, string code)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.SendAsync(new HttpMethod(method), path, null);
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(status == 405, answer.Header("Allow") is not null);
    }

    [Fact]
    public async Task Health_metrics_and_documents_are_served()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal((200, "live"), ((await client.GetAsync("/health/live")).Status, (await client.GetAsync("/health/live")).Text("status")));
        Assert.Equal("ready", (await client.GetAsync("/health/ready")).Text("status"));
        Assert.Contains("dotnet_", (await client.GetAsync("/metrics")).Body);
        var docs = await client.GetAsync("/docs");
        if (docs.Status is 301 or 302 or 307 or 308)
            docs = await client.GetAsync("/docs/");
        Assert.Equal(200, docs.Status);
        Assert.DoesNotMatch("https?://(?!www.w3.org)", docs.Body);
    }

    [Fact]
    public async Task Every_api_endpoint_is_described_and_every_description_served()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var document = (await client.GetAsync("/openapi/v1.json")).Json;
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString());
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {p.Name}"));
        var served = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.Equal(served.Order(), described.Where(d => d.Contains(" /api/")).Order());
        var ids = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => o.Value.GetProperty("operationId").GetString())).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        AssertReferencesResolve(document, document);
    }

    private static void AssertReferencesResolve(JsonElement root, JsonElement node)
    {
        if (node.ValueKind == JsonValueKind.Object)
        {
            SchemaCheck.Resolve(root, node);
            foreach (var member in node.EnumerateObject())
                AssertReferencesResolve(root, member.Value);
        }
        else if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray())
                AssertReferencesResolve(root, item);
        }
    }

    private static async Task<(int Status, string Code)> StatusAsync(Task<ApiAnswer> call) => ((await call).Status, (await call).Code);
}

public sealed class OperationsApiOnRedisTests(RedisServerFixture server) : OperationsApiTests(server);

public sealed class OperationsApiOnEmbeddedTests(EmbeddedServerFixture server) : OperationsApiTests(server);
