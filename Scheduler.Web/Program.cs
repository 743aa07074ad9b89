using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Api;
using Scheduler.Web.Dashboard;
using Scheduler.Web.Embedded;
using Scheduler.Web.Pages;
using Scheduler.Web.Streaming;

namespace Scheduler.Web;

/// <summary>The web host: HTTP API, live events, dashboard; with nothing configured also the server and a worker.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        HealthProbe.TargetOf(args) is { } target ? HealthProbe.AskAsync(target) : SchedulerHost.RunAsync(() => Create(args));

    /// <summary>The whole host, not yet started.</summary>
    internal static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(WebDefaults.Options(args));
        builder.ListenOnLoopbackByDefault();

        builder.Services.AddEmbeddedServer(builder.Configuration);
        var scheduler = builder.Services.AddScheduler(builder.Configuration);
        if (builder.Configuration.WantsWorker())
            scheduler.AddWorker();
        builder.Services.AddSchedulerApi(builder.Configuration);
        builder.Services.AddSchedulerStreaming();
        builder.Services.AddSchedulerDashboard();

        var app = builder.Build();
        // Mapping the dashboard starts the embedded server; a wrong configuration must be told before.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.MapSchedulerApi();
        app.MapSchedulerStreaming();
        app.MapSchedulerDashboard();
        app.MapLandingPage();
        app.PrintBannerOnceStarted();
        return app;
    }
}
