using System.Net;
using System.Text.RegularExpressions;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Api;

/// <summary>Two web hosts of one scheduler, as behind a load balancer.</summary>
public abstract partial class SharedSessionTests(ServerFixture server)
{
    [Fact]
    public async Task Session_opened_at_one_host_is_good_at_the_other()
    {
        var prefix = ServerFixture.NewPrefix();
        var keys = new Dictionary<string, string> { ["root"] = "admin" };
        await using var one = await WholeHost.StartAsync(server, keys, ("Scheduler:Prefix", prefix));
        await using var other = await WholeHost.StartAsync(server, keys, ("Scheduler:Prefix", prefix));
        await using var stranger = await WholeHost.StartAsync(server, keys);
        var cookies = new CookieContainer();
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });

        var form = await http.GetStringAsync(one.Address + "/login", Token);
        using var answer = await http.PostAsync(one.Address + "/login", new FormUrlEncodedContent(
        [
            KeyValuePair.Create("__RequestVerificationToken", Field().Match(form).Groups[1].Value), KeyValuePair.Create("key", "root"),
        ]), Token);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        // The cookies' host is 127.0.0.1 for all three: ports do not count.
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(other.Address + "/hangfire", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await http.GetAsync(stranger.Address + "/hangfire", Token)).StatusCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Field();
}

public sealed class SharedSessionOnRedisTests(RedisServerFixture server) : SharedSessionTests(server);

public sealed class SharedSessionOnEmbeddedTests(EmbeddedServerFixture server) : SharedSessionTests(server);
