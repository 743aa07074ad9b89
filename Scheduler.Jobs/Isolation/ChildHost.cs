using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// Stands in for the program's host in a child process: the services are the program's own, none of them is started.
/// Ends with the process, when the parent closes the pipe or dies.
/// </summary>
internal sealed class ChildHost(IServiceProvider services) : IHost
{
    public IServiceProvider Services { get; } = services;

    /// <summary>Serves the parent; never returns.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivatorUtilities.CreateInstance<ChildLoop>(Services).Run();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
