using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Scheduler.Jobs.Hosting;

/// <summary>
/// Looks at the server before it is trusted with jobs. Production refuses one that would lose them or that anybody can write to;
/// other environments only warn. A server that comes later, or again, is looked at when it comes.
/// </summary>
internal sealed partial class RedisSafetyCheck(
    IConnectionMultiplexer connection, RedisAddress address, ServerDurability durability, IOptions<SchedulerOptions> options,
    IOptions<DurabilityOptions> wanted, IHostEnvironment environment, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<RedisSafetyCheck> logger) : IHostedService
{
    private static readonly TimeSpan LoadingPause = TimeSpan.FromSeconds(1);

    private readonly bool refuses = environment.IsProduction() && !options.Value.AllowUnsafeRedis;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (address.IsEmbedded)
        {
            CheckEmbedded();
            return;
        }

        var (problems, isLoading) = await LookAsync();
        if (refuses && problems.Count > 0)
            throw new ConfigurationException(problems[0]);
        foreach (var problem in problems)
            LogUnsafe(problem);

        connection.ConnectionRestored += OnConnectionRestored;
        if (isLoading)
            _ = LookAgainAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        connection.ConnectionRestored -= OnConnectionRestored;
        return Task.CompletedTask;
    }

    private async Task<(IReadOnlyList<string> Problems, bool IsLoading)> LookAsync()
    {
        var facts = await ServerFacts.ReadAsync(connection);
        durability.Learn(facts);
        return (RedisSafetyRules.ProblemsOf(facts, address, wanted.Value.Level), facts.IsLoading);
    }

    private void CheckEmbedded()
    {
        if (wanted.Value.Level != DurabilityLevel.Local)
            throw new ConfigurationException($"{DurabilityOptions.Section}:Level is {wanted.Value.Level}, which the embedded server cannot reach; set ConnectionStrings:Redis, or leave the level at Local.");
    }

    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs connected)
    {
        if (connected.ConnectionType == ConnectionType.Interactive)
            _ = LookAgainAsync();
    }

    // A server that has just started may read its file for minutes, and tells the rest afterwards.
    private async Task LookAgainAsync()
    {
        var (problems, isLoading) = await LookAsync();
        while (problems.Count == 0 && isLoading && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(LoadingPause, time, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            (problems, isLoading) = await LookAsync();
        }

        foreach (var problem in problems)
            LogUnsafe(problem);
        if (!refuses || problems.Count == 0)
            return;
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    [LoggerMessage(1910, LogLevel.Warning, "{Problem}")]
    private partial void LogUnsafe(string problem);
}
