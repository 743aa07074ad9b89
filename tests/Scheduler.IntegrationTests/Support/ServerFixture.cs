using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Support;

/// <summary>
/// One server for the whole test run. Tests share it, run beside each other, and keep apart by a random prefix; nothing is flushed.
/// A suite that must hold on both servers is an abstract class with two sealed ones:
/// <code>
/// public abstract class ClaimTests(ServerFixture server) { ... }
/// public sealed class ClaimOnRedisTests(RedisServerFixture server) : ClaimTests(server);
/// public sealed class ClaimOnEmbeddedTests(EmbeddedServerFixture server) : ClaimTests(server);
/// </code>
/// </summary>
public abstract class ServerFixture : IAsyncLifetime
{
    private string? connectionString;

    /// <summary>Skips the calling test, with the sentence how to get it, where the server is not to be had.</summary>
    public string ConnectionString
    {
        get
        {
            if (MissingBecause is { } reason)
                Assert.Skip(reason);
            return connectionString ?? throw new InvalidOperationException("The fixture has not started yet.");
        }
    }

    /// <summary>Null where the server runs.</summary>
    public string? MissingBecause { get; protected set; }

    /// <summary>A prefix with its hash tag, never used before.</summary>
    public static string NewPrefix() => $"{{t{Guid.NewGuid():N}}}:";

    /// <summary>A connection of its own, with the product's settings.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor(ConnectionString));

    /// <summary>Configuration of a host that uses this server under the given prefix.</summary>
    public Dictionary<string, string?> Settings(string prefix) => new()
    {
        ["ConnectionStrings:Redis"] = ConnectionString,
        [SchedulerOptions.Section + ":Prefix"] = prefix,
    };

    public async ValueTask InitializeAsync() => connectionString = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The connection string, or null with <see cref="MissingBecause"/> set.</summary>
    protected abstract Task<string?> StartAsync();

    protected abstract Task StopAsync();
}
