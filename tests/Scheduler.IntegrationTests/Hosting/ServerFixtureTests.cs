using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>Both servers answer, and keep what they acknowledge.</summary>
public abstract class ServerFixtureTests(ServerFixture server)
{
    [Fact]
    public async Task Server_keeps_what_it_acknowledged()
    {
        await using var connection = await server.ConnectAsync();
        var key = ServerFixture.NewPrefix() + "value";

        await connection.GetDatabase().StringSetAsync(key, "kept");

        Assert.Equal("kept", await connection.GetDatabase().StringGetAsync(key));
    }
}

public sealed class ServerFixtureOnRedisTests(RedisServerFixture server) : ServerFixtureTests(server);

public sealed class ServerFixtureOnEmbeddedTests(EmbeddedServerFixture server) : ServerFixtureTests(server);
