using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Api;

namespace Scheduler.IntegrationTests.Api;

/// <summary>The API on a real Kestrel port, with job types of the tests' own and no worker.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    /// <summary>A key that every host of these tests knows, with every scope unless a test says otherwise.</summary>
    public const string Key = "key-1";

    private readonly WebApplication app;

    private ApiHost(WebApplication app) => this.app = app;

    public string Address { get; private set; } = "";

    public IServiceProvider Services => app.Services;

    public JobStore Jobs => app.Services.GetRequiredService<JobStore>();

    public ClaimStore Claims => app.Services.GetRequiredService<ClaimStore>();

    public RedisClient Redis => app.Services.GetRequiredService<RedisClient>();

    public static Task<ApiHost> StartAsync(ServerFixture server, string environment = "Development", string url = "http://127.0.0.1:0",
        Dictionary<string, string?>? settings = null, bool withKey = true) => StartAsync(server.ConnectionString, environment, url, settings, withKey);

    public static async Task<ApiHost> StartAsync(string redis, string environment = "Development", string url = "http://127.0.0.1:0",
        Dictionary<string, string?>? settings = null, bool withKey = true)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Redis"] = redis,
            [SchedulerOptions.Section + ":Prefix"] = ServerFixture.NewPrefix(),
        });
        if (withKey)
            builder.Configuration.AddInMemoryCollection(KeySettings());
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.AddScheduler(builder.Configuration);
        builder.Services.AddSingleton(new JobTypeRegistry([TypeNamed("test.echo"), TypeNamed("test.needs", attempts: 3, queue: "special", required: "url")]));
        builder.Services.AddSchedulerApi(builder.Configuration);
        var host = new ApiHost(builder.Build());
        host.app.MapSchedulerApi();
        await host.app.StartAsync(TestContext.Current.CancellationToken);
        host.Address = host.app.Urls.First();
        return host;
    }

    /// <summary>Every answer it gets is held against the served description.</summary>
    public ApiClient Client(string? key = null) => new(Address, key);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static Dictionary<string, string?> KeySettings() => new()
    {
        ["Scheduler:Auth:ApiKeys:0:Name"] = "tests",
        ["Scheduler:Auth:ApiKeys:0:Sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key))),
        ["Scheduler:Auth:ApiKeys:0:Scopes"] = "admin",
    };

    private static JobTypeDescriptor TypeNamed(string name, int? attempts = null, string queue = "default", string? required = null) => new()
    {
        Name = name,
        Description = "For tests.",
        Queue = queue,
        MaxAttempts = attempts,
        HandlerType = typeof(ApiHost),
        Validate = args => required is null || args.TryGetProperty(required, out _)
            ? new Dictionary<string, string[]>()
            : new Dictionary<string, string[]> { ["/" + required] = ["is required"] },
        RunAsync = (_, args, _, _) => Task.FromResult<string?>(args),
    };
}
