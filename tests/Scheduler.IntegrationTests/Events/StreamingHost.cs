using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Api.Problems;
using Scheduler.Web.Auth;
using Scheduler.Web.Streaming;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Events;

/// <summary>The streaming endpoints on a real port, without the rest of the web host: every caller may read events.</summary>
internal sealed class StreamingHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private StreamingHost(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.Single());
        Writer = new EventWriter(app.Services.GetRequiredService<RedisClient>());
        Client = new HttpClient { BaseAddress = Address, Timeout = FeedReader.Limit };
    }

    public Uri Address { get; }
    public HttpClient Client { get; }
    public EventWriter Writer { get; }
    public EventLogStore Log => app.Services.GetRequiredService<EventLogStore>();

    public static async Task<StreamingHost> StartAsync(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(new SchedulerOptions { Prefix = ServerFixture.NewPrefix() }));
        services.AddSingleton<IConnectionMultiplexer>(
            await ConnectionMultiplexer.ConnectAsync(connectionString + ",abortConnect=false,connectTimeout=1000"));
        services.AddSingleton<RedisClient>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<JobStore>();
        services.AddSchedulerEvents();
        services.AddSchedulerStreaming();
        services.AddSingleton(new ApiKeyStore(Options.Create(new AuthOptions()), builder.Configuration,
            new ValidateOptions<AuthOptions>(null, _ => true, ""), NullLogger<ApiKeyStore>.Instance));
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddAuthorization(options => options.AddPolicy(Scopes.EventsRead, policy => policy.RequireAssertion(_ => true)));
        var app = builder.Build();
        app.UseExceptionHandler();
        app.MapSchedulerStreaming();
        await app.StartAsync();
        return new StreamingHost(app);
    }

    /// <summary>Opens a stream; the first comment has been read when this returns, so that nothing written later is missed.</summary>
    public async Task<EventStreamReader> OpenAsync(string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events" + query);
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var reader = new EventStreamReader(response, await response.Content.ReadAsStreamAsync());
        if (response.IsSuccessStatusCode)
            Assert.Equal([": connected"], await reader.NextBlockAsync());
        return reader;
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
