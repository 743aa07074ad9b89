using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;

namespace Scheduler.IntegrationTests.BuiltInJobs;

/// <summary>Against a real server. 127.0.0.1 plays the public internet, 127.0.0.2 the private network.</summary>
public sealed class HttpRequestJobTests : IAsyncLifetime
{
    private static readonly IPAddress Public = IPAddress.Parse("127.0.0.1"), Private = IPAddress.Parse("127.0.0.2");

    private HttpTarget target = null!;

    public async ValueTask InitializeAsync() => target = await HttpTarget.StartAsync();

    public ValueTask DisposeAsync() => target.DisposeAsync();

    private static JobHttpClient Client(HostResolver? resolve = null, Func<IPAddress, bool>? isAllowed = null) =>
        new(resolve ?? Dns.GetHostAddressesAsync, isAllowed ?? Public.Equals);

    private static Task<HttpRequestResult> SendAsync(HttpRequestArgs args, JobHttpClient? client = null) =>
        new HttpRequestJob(client ?? Client(), Options.Create(new RetryOptions { MaxDelay = TimeSpan.FromMinutes(10) }), TimeProvider.System)
            .RunAsync(args, TestContexts.Of("http.request"), TestContext.Current.CancellationToken);

    private Task<HttpRequestResult> GetAsync(string pathAndQuery) => SendAsync(new HttpRequestArgs(target.Url + pathAndQuery));

    [Fact]
    public async Task Request_arrives_and_the_answer_is_kept()
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x", ["Content-Type"] = "text/csv" };

        var result = await SendAsync(new HttpRequestArgs(target.Url + "/hook", "POST", headers, JsonElement.Parse("\"a,b\"")));

        Assert.Equal((200, "answer to a,b", false), (result.Status, result.Body, result.Truncated));
        Assert.Equal("Kestrel", result.Headers["server"]);
        Assert.InRange(result.DurationMs, 0, 30_000);
        Assert.Equal($"POST /hook Authorization=Bearer x;Content-Type=text/csv;Host=127.0.0.1:{target.Port} a,b", Assert.Single(target.Seen));
    }

    [Theory]
    [InlineData("?size=65536", 65536, false)]
    [InlineData("?size=65537", 65536, true)]
    [InlineData("?endless", 65536, true)]
    public async Task Body_is_kept_up_to_64_KB(string query, int length, bool truncated)
    {
        var result = await GetAsync("/" + query);

        Assert.Equal((length, truncated), (result.Body.Length, result.Truncated));
    }

    [Fact]
    public async Task A_server_that_says_nothing_times_out()
    {
        var problem = await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(new HttpRequestArgs(target.Url + "/?silent", Timeout: TimeSpan.FromMilliseconds(300))));

        Assert.Equal("No complete answer within PT0.3S.", problem.Message);
    }

    [Fact]
    public async Task Cancelling_ends_the_request()
    {
        using var cancel = new CancellationTokenSource();
        var run = new HttpRequestJob(Client(), Options.Create(new RetryOptions()), TimeProvider.System)
            .RunAsync(new HttpRequestArgs(target.Url + "/?silent"), TestContexts.Of("http.request"), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_server_in_trouble_is_tried_again(int status) =>
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync($"/?status={status}"));

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "0", 0)]
    [InlineData(503, "86400", 600)]
    [InlineData(503, "Thu, 01 Jan 2015 00:00:00 GMT", 0)]
    [InlineData(503, "Thu, 01 Jan 2099 00:00:00 GMT", 600)]
    public async Task Retry_after_is_honoured_up_to_the_policy(int status, string header, int seconds)
    {
        var later = await Assert.ThrowsAsync<RetryLaterException>(() => GetAsync($"/?status={status}&Retry-After={Uri.EscapeDataString(header)}"));

        Assert.Equal(TimeSpan.FromSeconds(seconds), later.Delay);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(304)]
    public async Task Any_other_answer_fails_for_good(int status)
    {
        var problem = await Assert.ThrowsAsync<JobFailedException>(() => GetAsync($"/?status={status}"));

        Assert.Equal($"127.0.0.1 answered {status}.", problem.Message);
    }

    [Fact]
    public async Task Expected_status_replaces_the_default()
    {
        Assert.Equal(503, (await SendAsync(new HttpRequestArgs(target.Url + "/?status=503", ExpectStatus: [404, 503]))).Status);
        Assert.Equal(302, (await SendAsync(new HttpRequestArgs(target.Url + "/?status=302&Location=/next", ExpectStatus: [302]))).Status);
        await Assert.ThrowsAsync<JobFailedException>(() => SendAsync(new HttpRequestArgs(target.Url + "/", ExpectStatus: [404])));
    }

    [Fact]
    public async Task Nobody_listening_is_tried_again()
    {
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(new HttpRequestArgs($"http://127.0.0.1:{Support.FreePort.Next()}/")));

        Assert.IsNotType<AddressRefusedException>(problem.InnerException);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f000001:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://LOCALHOST:{0}/")]
    public async Task Every_spelling_of_loopback_is_refused_before_a_byte_is_sent(string url)
    {
        var args = new HttpRequestArgs(string.Format(null, url, target.Port));

        var problem = await Assert.ThrowsAsync<JobFailedException>(() => SendAsync(args, Client(isAllowed: AddressGuard.IsPublic)));

        Assert.Contains("does not have a public address", problem.Message, StringComparison.Ordinal);
        Assert.Empty(target.Seen);
    }

    [Fact]
    public async Task A_name_with_one_refused_address_is_refused()
    {
        var client = Client((_, _) => Task.FromResult<IPAddress[]>([Public, Private]));

        await Assert.ThrowsAsync<JobFailedException>(() => SendAsync(new HttpRequestArgs($"http://mixed.example:{target.Port}/"), client));
        Assert.Empty(target.Seen);
    }

    [Fact]
    public async Task A_name_that_is_rebound_is_refused_at_its_next_connection()
    {
        var answers = new Queue<IPAddress>([Public, Private]);
        var client = Client((_, _) => Task.FromResult<IPAddress[]>([answers.Dequeue()]));
        var args = new HttpRequestArgs($"http://rebound.example:{target.Port}/?Connection=close");

        Assert.Equal(200, (await SendAsync(args, client)).Status);
        await Assert.ThrowsAsync<JobFailedException>(() => SendAsync(args, client));

        Assert.Single(target.Seen);
        Assert.Empty(answers);
    }

    [Fact]
    public async Task A_redirect_to_a_refused_address_is_not_followed()
    {
        var location = Uri.EscapeDataString(target.PrivateUrl + "/secret");

        await Assert.ThrowsAsync<JobFailedException>(() => GetAsync($"/?status=302&Location={location}"));

        Assert.StartsWith("GET /", Assert.Single(target.Seen), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Redirects_are_followed_three_times(int redirects, bool arrives)
    {
        var location = "/end";
        for (var n = 0; n < redirects; n++)
            location = $"/hop?status=307&Location={Uri.EscapeDataString(location)}";

        if (arrives)
            Assert.Equal(200, (await GetAsync(location)).Status);
        else
            Assert.Equal("Redirected more than 3 times.", (await Assert.ThrowsAsync<JobFailedException>(() => GetAsync(location))).Message);
        Assert.Equal(4, target.Seen.Count);
    }

    [Fact]
    public async Task Redirect_to_another_origin_leaves_the_secrets_behind()
    {
        await using var other = await HttpTarget.StartAsync();
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x", ["X-Secret"] = "y", ["Accept"] = "text/plain" };
        var location = Uri.EscapeDataString(other.Url + "/there");

        await SendAsync(new HttpRequestArgs(target.Url + $"/?status=303&Location={location}", "POST", headers, JsonElement.Parse("\"body\"")));

        Assert.Contains("Authorization=Bearer x", Assert.Single(target.Seen), StringComparison.Ordinal);
        Assert.Equal($"GET /there Accept=text/plain;Host=127.0.0.1:{other.Port} ", Assert.Single(other.Seen));
    }
}
