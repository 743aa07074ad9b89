using Microsoft.Extensions.Configuration;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Transport;
using StackExchange.Redis;

namespace Scheduler.UnitTests.Hosting;

public sealed class RedisConnectionTests
{
    [Fact]
    public void A_connection_never_waits_for_an_absent_server()
    {
        var options = RedisConnection.OptionsFor("redis.example.org,abortConnect=true");

        Assert.False(options.AbortOnConnectFail);
        Assert.Same(BacklogPolicy.FailFast, options.BacklogPolicy);
        Assert.Equal(2_000, options.ConnectTimeout);
    }

    [Fact]
    public void The_connection_string_wins_over_the_timeouts() =>
        Assert.Equal(9_000, RedisConnection.OptionsFor("redis.example.org,connectTimeout=9000").ConnectTimeout);

    [Fact]
    public void Connections_go_past_the_thread_pool_where_no_proxy_is_named()
    {
        Assert.IsType<DirectTunnel>(RedisConnection.OptionsFor("redis.example.org").Tunnel);
        Assert.IsNotType<DirectTunnel>(RedisConnection.OptionsFor("redis.example.org,tunnel=http:proxy.example.org:3128").Tunnel);
    }

    [Theory]
    [InlineData("redis.example.org:6379,password=secret,retries=lots")]
    [InlineData("redis.example.org:6379,password=secret,syncTimeout=soon")]
    public void A_wrong_connection_string_is_refused_without_repeating_it(string text)
    {
        var problem = Assert.Throws<ConfigurationException>(() => RedisConnection.OptionsFor(text));

        Assert.StartsWith("ConnectionStrings:Redis is not a StackExchange.Redis connection string;", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssl=true")]
    [InlineData(",=,")]
    [InlineData("redis server:6379")]
    public void A_connection_string_without_a_server_is_refused(string text) =>
        Assert.StartsWith("ConnectionStrings:Redis names no server;", Assert.Throws<ConfigurationException>(() => RedisConnection.OptionsFor(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_description_shows_the_servers_and_no_password() =>
        Assert.Equal("a.example.org:6379, 10.0.0.2:7000", AddressOf("a.example.org,10.0.0.2:7000,password=secret").Description);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("localhost:7000", true)]
    [InlineData("[::1]:7000", true)]
    [InlineData("127.0.0.1,10.0.0.2", false)]
    [InlineData("redis", false)]
    public void Loopback_means_every_server_is_on_this_machine(string text, bool isLoopback) => Assert.Equal(isLoopback, AddressOf(text).IsLoopback);

    private static RedisAddress AddressOf(string text) => Assert.IsType<RedisAddress>(RedisAddress.Configured(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:Redis", (string?)text)]).Build()));
}
