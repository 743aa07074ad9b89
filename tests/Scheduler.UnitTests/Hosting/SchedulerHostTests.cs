using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Hosting;

public sealed class SchedulerHostTests
{
    [Fact]
    public async Task A_host_that_is_told_to_stop_while_it_starts_ends_well()
    {
        var exitCode = await SchedulerHost.RunAsync(() =>
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.ClearProviders();
            builder.Services.AddHostedService<StoppedAtStart>();
            return builder.Build();
        }).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(0, exitCode);
    }

    /// <summary>As a server that is binding its port when SIGTERM comes.</summary>
    private sealed class StoppedAtStart(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
