using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Audit;
using Scheduler.Web.Auth;

namespace Scheduler.IntegrationTests.Api;

/// <summary>
/// Every operation of the served description, without a key, with a key of every scope but the right one, and with the right one alone.
/// The table is written by hand: an operation that has no row here fails, and so does a row that no operation stands for.
/// </summary>
public sealed partial class ScopeMatrixTests(EmbeddedServerFixture server)
{
    private const string Open = "";
    private const string AnyKey = "any";

    private static readonly Dictionary<string, string> ScopeByOperation = new()
    {
        ["POST /api/v1/jobs"] = Scopes.JobsWrite,
        ["GET /api/v1/jobs"] = Scopes.JobsRead,
        ["POST /api/v1/jobs/bulk"] = Scopes.JobsWrite,
        ["GET /api/v1/jobs/{id}"] = Scopes.JobsRead,
        ["POST /api/v1/jobs/{id}/cancel"] = Scopes.JobsWrite,
        ["POST /api/v1/jobs/{id}/requeue"] = Scopes.JobsWrite,
        ["GET /api/v1/jobs/{id}/logs"] = Scopes.JobsRead,
        ["GET /api/v1/jobs/{id}/explain"] = Scopes.JobsRead,
        ["GET /api/v1/dead-letters"] = Scopes.JobsRead,
        ["GET /api/v1/dead-letters/{fingerprint}"] = Scopes.JobsRead,
        ["POST /api/v1/bulk"] = Scopes.JobsWrite,
        ["GET /api/v1/bulk"] = Scopes.JobsRead,
        ["GET /api/v1/bulk/{id}"] = Scopes.JobsRead,
        ["POST /api/v1/bulk/{id}/cancel"] = Scopes.JobsWrite,
        ["POST /api/v1/bulk/{id}/undo"] = Scopes.JobsWrite,
        ["GET /api/v1/autoscale/{queue}"] = Scopes.JobsRead,
        ["GET /api/v1/job-types"] = Scopes.JobsRead,
        ["GET /api/v1/recurring"] = Scopes.JobsRead,
        ["GET /api/v1/recurring/{id}"] = Scopes.JobsRead,
        ["PUT /api/v1/recurring/{id}"] = Scopes.RecurringWrite,
        ["DELETE /api/v1/recurring/{id}"] = Scopes.RecurringWrite,
        ["POST /api/v1/recurring/{id}/trigger"] = Scopes.RecurringWrite,
        ["POST /api/v1/recurring/{id}/pause"] = Scopes.RecurringWrite,
        ["POST /api/v1/recurring/{id}/resume"] = Scopes.RecurringWrite,
        ["GET /api/v1/recurring/{id}/occurrences"] = Scopes.JobsRead,
        ["PUT /api/v1/recurring"] = Scopes.RecurringWrite,
        ["GET /api/v1/recurring/{id}/runs"] = Scopes.JobsRead,
        ["POST /api/v1/recurring/{id}/backfill"] = Scopes.RecurringWrite,
        ["PATCH /api/v1/jobs/{id}"] = Scopes.JobsWrite,
        ["GET /api/v1/calendars"] = Scopes.JobsRead,
        ["GET /api/v1/calendars/{name}"] = Scopes.JobsRead,
        ["PUT /api/v1/calendars/{name}"] = Scopes.RecurringWrite,
        ["DELETE /api/v1/calendars/{name}"] = Scopes.RecurringWrite,
        ["GET /api/v1/queues"] = Scopes.JobsRead,
        ["GET /api/v1/queues/{name}"] = Scopes.JobsRead,
        ["POST /api/v1/queues/{name}/pause"] = Scopes.Admin,
        ["POST /api/v1/queues/{name}/resume"] = Scopes.Admin,
        ["GET /api/v1/workers"] = Scopes.JobsRead,
        ["POST /api/v1/workers/{id}/drain"] = Scopes.Admin,
        ["GET /api/v1/events"] = Scopes.EventsRead,
        ["GET /api/v1/audit"] = Scopes.Admin,
        ["GET /metrics"] = AnyKey,
        ["GET /health/live"] = Open,
        ["GET /health/ready"] = Open,
    };

    /// <summary>What is served beside the API. Whoever adds a route decides here who may use it.</summary>
    private static readonly Dictionary<string, string> ScopeByPage = new()
    {
        ["/"] = Open,
        ["/assets/"] = Open,
        ["/favicon.ico"] = Open,
        ["/login"] = Open,
        ["/logout"] = Open,
        ["/docs"] = AnyKey,
        // The library's own files: they show nothing without the description.
        ["/docs/scalar."] = Open,
        ["/docs/favicon."] = Open,
        ["/openapi/"] = AnyKey,
        ["/hangfire"] = "dashboard",
        ["/hubs/jobs"] = Scopes.EventsRead,
    };

    private static readonly Dictionary<string, string> Keys = Scopes.All
        .ToDictionary(s => "only-" + s, s => s)
        .Concat(Scopes.All.ToDictionary(s => "without-" + s, s => string.Join(',', Scopes.All.Where(o => o != s && o != Scopes.Admin))))
        .ToDictionary();

    [Fact]
    public async Task Every_operation_asks_for_its_scope_and_no_less()
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        using var anonymous = host.Client();
        var described = await DescribedAsync(host);
        Assert.Equal(ScopeByOperation.Keys.Order(), described.Select(o => o.Route).Order());

        foreach (var (route, declared) in described)
        {
            var scope = ScopeByOperation[route];
            Assert.Equal(scope is Open or AnyKey ? "" : scope, declared);
            Assert.Equal(scope == Open ? 200 : 401, await StatusAsync(host, null, route));
            if (scope is Open or AnyKey)
                continue;
            Assert.Equal(403, await StatusAsync(host, "without-" + scope, route));
            Assert.False(await StatusAsync(host, "only-" + scope, route) is 401 or 403, route);
            Assert.False(await StatusAsync(host, "only-" + Scopes.Admin, route) is 401 or 403, route);
        }
        Assert.False(await StatusAsync(host, "only-" + Scopes.EventsRead, "GET /metrics") is 401 or 403);
    }

    [Fact]
    public async Task Every_changing_operation_leaves_an_audit_entry_whether_it_was_let_in_or_not()
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        var changing = (await DescribedAsync(host)).Select(o => o.Route).Where(r => !r.StartsWith("GET ", StringComparison.Ordinal)).ToList();
        foreach (var route in changing)
        {
            await StatusAsync(host, null, route);
            await StatusAsync(host, "only-" + Scopes.Admin, route);
        }

        await host.App.Services.GetRequiredService<AuditTrail>().WriteAsync();
        using var client = host.Client("only-" + Scopes.Admin);
        var entries = (await client.GetAsync("/api/v1/audit?limit=500")).Json.GetProperty("items").EnumerateArray()
            .Select(e => $"{e.GetProperty("who").GetString()} {e.GetProperty("method").GetString()} {e.GetProperty("path").GetString()}").ToHashSet();
        Assert.Empty(changing.Select(r => Placeholder().Replace(r, "x")).SelectMany(r => new[] { "anonymous " + r, $"key:only-{Scopes.Admin} {r}" }).Except(entries));
    }

    [Fact]
    public async Task Every_route_of_the_host_has_a_row()
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        foreach (var endpoint in host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (ScopeByOperation.Keys.Any(o => o.EndsWith(" " + path, StringComparison.Ordinal)))
                continue;
            var row = ScopeByPage.Keys.Where(p => path == p || (p.Length > 1 && path.StartsWith(p, StringComparison.Ordinal))).MaxBy(p => p.Length);
            Assert.True(row is not null, $"{path} has no row");
            Assert.True(ScopeByPage[row] == AccessOf(endpoint), $"{path} asks for '{AccessOf(endpoint)}', its row says '{ScopeByPage[row]}'");
        }
    }

    private static string AccessOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? Open
        : endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().LastOrDefault(a => a.Policy is not null)?.Policy ?? AnyKey;

    private static async Task<IReadOnlyList<(string Route, string Scope)>> DescribedAsync(WholeHost host)
    {
        using var client = host.Client("only-" + Scopes.Admin);
        var document = (await client.GetAsync("/openapi/v1.json")).Json;
        return [.. from path in document.GetProperty("paths").EnumerateObject()
                   from operation in path.Value.EnumerateObject()
                   select ($"{operation.Name.ToUpperInvariant()} {path.Name}", ScopeIn(operation.Value))];
    }

    private static string ScopeIn(JsonElement operation) =>
        operation.GetProperty("security").EnumerateArray().SelectMany(s => s.EnumerateObject()).SelectMany(s => s.Value.EnumerateArray())
            .Select(s => s.GetString()).FirstOrDefault() ?? "";

    /// <summary>Of the first bytes: a stream has no end.</summary>
    private static async Task<int> StatusAsync(WholeHost host, string? key, string route)
    {
        var parts = route.Split(' ');
        using var http = new HttpClient { BaseAddress = new Uri(host.Address) };
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), Placeholder().Replace(parts[1], "x"));
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        if (parts[0] is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex Placeholder();
}
