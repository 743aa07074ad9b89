using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Engine;

/// <summary>On the embedded server, whose commands run beside its scripts.</summary>
public sealed class StoredHashOnEmbeddedTests(EmbeddedServerFixture server)
{
    private const int Reads = 40_000;

    [Fact]
    public async Task A_hash_is_read_whole_while_scripts_take_fields_from_it()
    {
        var token = TestContext.Current.CancellationToken;
        await using var harness = await EngineHarness.StartAsync(server);
        await using var other = await server.ConnectAsync();
        var key = harness.Redis.Keys.RecurringJob("read-beside-scripts");
        using var over = new CancellationTokenSource();
        var changes = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ChangeAsync(other.GetDatabase(), harness.Redis.Keys.Tx, key, over.Token)));

        for (var i = 0; i < Reads; i += 50)
        {
            var read = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => harness.Redis.ReadHashAsync(key))).WaitAsync(TimeSpan.FromSeconds(20), token);
            Assert.All(read, IsWhole);
            IsWhole(harness.Redis.ReadHash(key));
        }
        await over.CancelAsync();
        await changes;
    }

    private static void IsWhole(HashEntry[] entries) => Assert.True(entries.Length < 2, $"{entries.Length} fields are shown of what a script makes and takes away.");

    // Scripts of schedules do not name their hashes as keys. One field that stays, and a hundred that come and go together.
    private static async Task ChangeAsync(IDatabase database, RedisKey tx, RedisKey key, CancellationToken over)
    {
        const string Change = """
            redis.call('HSET', ARGV[1], 'stays', '1')
            local flat, names = {}, {}
            for i = 1, 100 do names[i] = 'f' .. i; flat[i * 2 - 1] = 'f' .. i; flat[i * 2] = string.rep('x', 50) end
            redis.call('HSET', ARGV[1], unpack(flat))
            redis.call('HDEL', ARGV[1], unpack(names))
            """;
        while (!over.IsCancellationRequested)
            await database.ScriptEvaluateAsync(Change, [tx], [key.ToString()]);
    }
}
