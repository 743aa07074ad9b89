using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web;

namespace Scheduler.IntegrationTests.Api;

/// <summary>The whole web host, put together by its own entry point, on a port and a prefix of its own. Without a worker.</summary>
internal sealed class WholeHost : IAsyncDisposable
{
    private WholeHost(WebApplication app) => (App, Address) = (app, app.Urls.First());

    public WebApplication App { get; }

    public string Address { get; }

    /// <param name="keys">Name to scopes; a key's text is its name.</param>
    public static async Task<WholeHost> StartAsync(ServerFixture server, IReadOnlyDictionary<string, string> keys, params (string Key, string Value)[] settings)
    {
        List<(string Key, string Value)> all =
        [
            ("environment", "Production"), ("urls", "http://127.0.0.1:0"), ("ConnectionStrings:Redis", server.ConnectionString),
            ("Scheduler:Prefix", ServerFixture.NewPrefix()), ("Scheduler:AllowUnsafeRedis", "true"), ("Logging:LogLevel:Default", "None"),
            .. keys.Append(KeyValuePair.Create(ApiHost.Key, "jobs:read")).SelectMany((key, n) => KeySettings(n, key.Key, key.Value)), .. settings,
        ];
        var app = Program.Create([.. all.Select(s => $"--{s.Key}={s.Value}")]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WholeHost(app);
    }

    public ApiClient Client(string? key = null) => new(Address, key);

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private static IEnumerable<(string, string)> KeySettings(int n, string name, string scopes) =>
    [
        ($"Scheduler:Auth:ApiKeys:{n}:Name", name),
        ($"Scheduler:Auth:ApiKeys:{n}:Sha256", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))),
        ($"Scheduler:Auth:ApiKeys:{n}:Scopes", scopes),
    ];
}
