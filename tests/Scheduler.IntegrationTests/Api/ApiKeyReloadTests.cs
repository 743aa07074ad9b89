using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Scheduler.IntegrationTests.Events;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Api;

/// <summary>A real host whose <c>appsettings.json</c> is changed while it runs.</summary>
public sealed class ApiKeyReloadTests(EmbeddedServerFixture server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Key_taken_out_of_the_file_opens_nothing_any_more_and_ends_its_stream()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, ("old", "old-key", "admin"));
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var host = StartHost(folder, address);
        using var old = await ReadyClientAsync(address, "old-key", host);
        using var replaced = new ApiClient(address, "new-key");
        using var stream = await OpenStreamAsync(address, "old-key");
        Assert.NotNull(await stream.NextBlockAsync());

        // What is not valid does not count, as a whole.
        await WriteAsync(folder, ("new", "new-key", "everything"));
        await host.WaitForLineAsync("The changed API keys are not valid and do not count", Limit);
        Assert.Equal(200, (await old.GetAsync("/api/v1/jobs")).Status);
        Assert.Equal(401, (await replaced.GetAsync("/api/v1/jobs")).Status);

        await WriteAsync(folder, ("new", "new-key", "admin"));
        await host.WaitForLineAsync("The API keys have changed; known now: new, tests", Limit);
        Assert.Equal(401, (await old.GetAsync("/api/v1/jobs")).Status);
        Assert.Equal(200, (await replaced.GetAsync("/api/v1/jobs")).Status);
        await EndsAsync(stream);
    }

    private RunningProcess StartHost(TemporaryFolder folder, string address) => RunningProcess.Start(
        "dotnet", [Repository.BuiltAssembly("Scheduler.Web")], folder.Path, new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = address,
            ["ConnectionStrings__Redis"] = server.ConnectionString,
            ["Scheduler__Prefix"] = ServerFixture.NewPrefix(),
            ["Scheduler__AllowUnsafeRedis"] = "true",
        });

    private static async Task WriteAsync(TemporaryFolder folder, params (string Name, string Key, string Scopes)[] keys)
    {
        var text = JsonSerializer.Serialize(new
        {
            Scheduler = new
            {
                Auth = new
                {
                    // The last one is the clients' own, for the description.
                    ApiKeys = keys.Append((Name: "tests", Key: ApiHost.Key, Scopes: "jobs:read")).Select(k => new { k.Name, Sha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(k.Key))), k.Scopes }),
                },
            },
        });
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "appsettings.json"), text, TestContext.Current.CancellationToken);
    }

    private static async Task<ApiClient> ReadyClientAsync(string address, string key, RunningProcess host)
    {
        var client = new ApiClient(address, key);
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                if ((await client.GetAsync("/health/ready")).Status == 200)
                    return client;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            Assert.True(waited.Elapsed < Limit, host.Output);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<EventStreamReader> OpenStreamAsync(string address, string key)
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        var response = await http.GetAsync(address + "/api/v1/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new EventStreamReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private static async Task EndsAsync(EventStreamReader stream)
    {
        while (await stream.NextBlockAsync() is not null)
        {
        }
    }
}
