using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Hosting;

/// <summary>Runs a host to its end, and turns what keeps it from starting into one sentence on standard error.</summary>
public static class SchedulerHost
{
    /// <summary>Validates the configuration before anything starts, then runs until the process is told to stop.</summary>
    /// <param name="build">Makes the host; its configuration problems count too.</param>
    /// <returns>The exit code: 0 after a stop, 1 where the host could not start as configured.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        try
        {
            using var host = build();
            // A child's parent has done so.
            if (!IsolatedChild.IsCurrent)
                host.Services.GetService<IStartupValidator>()?.Validate();
            await RunAsync(host);
            return Environment.ExitCode;
        }
        catch (Exception ex) when (StartProblem.SentenceFor(ex) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    private static async Task RunAsync(IHost host)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop while it was starting: that is a stop like any other.
        }
    }
}
