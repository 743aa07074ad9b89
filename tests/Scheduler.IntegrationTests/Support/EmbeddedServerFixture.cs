using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Embedded;

namespace Scheduler.IntegrationTests.Support;

/// <summary>The product's embedded server inside the test process, over a folder that goes away with it.</summary>
public sealed class EmbeddedServerFixture : ServerFixture
{
    private readonly TemporaryFolder folder = new();
    private EmbeddedServer? server;

    protected override Task<string?> StartAsync()
    {
        var options = Options.Create(new EmbeddedOptions { DataFolder = folder.Path, Port = FreePort.Next() });
        server = new EmbeddedServer(options, new TestEnvironment(folder.Path), TimeProvider.System, NullLogger<EmbeddedServer>.Instance);
        return Task.FromResult<string?>(server.Start().ConnectionString);
    }

    protected override Task StopAsync()
    {
        server?.Dispose();
        folder.Dispose();
        return Task.CompletedTask;
    }

    private sealed class TestEnvironment(string contentRoot) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;
        public string ApplicationName { get; set; } = "tests";
        public string ContentRootPath { get; set; } = contentRoot;
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
