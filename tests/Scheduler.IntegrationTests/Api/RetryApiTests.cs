using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public sealed class RetryApiTests(RedisServerFixture server)
{
    private const string Jobs = "/api/v1/jobs";

    [Fact]
    public async Task Retry_rules_and_limits_of_a_job_are_shown_as_they_apply()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var plain = await client.PostAsync(Jobs, """{"type":"test.echo"}""");
        var backoff = await client.PostAsync(Jobs, """
            {"type":"test.echo","timeout":"PT5M","heartbeatTimeout":"PT30S","retry":{"maxAttempts":4,"baseDelay":"PT1S","maxDelay":"PT1M30S","maxAge":"P1D"}}
            """);
        var list = await client.PostAsync(Jobs, """{"type":"test.needs","args":{"url":"x"},"retry":{"delays":["PT1S","PT0.5S"]}}""");

        Assert.Equal("""{"maxAttempts":10,"baseDelay":"PT15S","maxDelay":"PT1H","delays":null,"maxAge":null}""", plain.Json.GetProperty("retry").GetRawText());
        Assert.Equal("""{"maxAttempts":4,"baseDelay":"PT1S","maxDelay":"PT1M30S","delays":null,"maxAge":"P1D"}""", backoff.Json.GetProperty("retry").GetRawText());
        Assert.Equal(("PT5M", "PT30S", 4), (backoff.Text("timeout"), backoff.Text("heartbeatTimeout"), backoff.Json.GetProperty("maxAttempts").GetInt32()));
        Assert.Equal("""{"maxAttempts":3,"baseDelay":null,"maxDelay":null,"delays":["PT1S","PT0.5S"],"maxAge":null}""", list.Json.GetProperty("retry").GetRawText());
        var again = await client.GetAsync(backoff.Header("Location")!);
        Assert.Equal(backoff.Body, again.Body);
    }

    [Theory]
    [InlineData("""{"maxAttempts":0}""", "/retry/maxAttempts")]
    [InlineData("""{"maxAttempts":101}""", "/retry/maxAttempts")]
    [InlineData("""{"delays":[]}""", "/retry/delays")]
    [InlineData("""{"delays":["PT1S","soon"]}""", "/retry/delays/1")]
    [InlineData("""{"delays":["PT1S"],"maxDelay":"PT1S"}""", "/retry/delays")]
    [InlineData("""{"baseDelay":"PT2S","maxDelay":"PT1S"}""", "/retry/baseDelay")]
    [InlineData("""{"maxAge":"PT0S"}""", "/retry/maxAge")]
    [InlineData("""{"forever":true}""", "/retry/forever")]
    [InlineData("[]", "/retry")]
    [InlineData("""{"maxAttempts":3},"maxAttempts":3""", "/retry/maxAttempts")]
    [InlineData("""null,"heartbeatTimeout":"PT0S" """, "/heartbeatTimeout")]
    public async Task Wrong_retry_rules_are_refused_where_they_are_wrong(string retry, string at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.PostAsync(Jobs, "{\"type\":\"test.echo\",\"retry\":" + retry + "}");
        Assert.Equal((422, ProblemCodes.InvalidRequest), (answer.Status, answer.Text("code")));
        Assert.True(answer.Json.GetProperty("errors").TryGetProperty(at, out _), answer.Body);
    }
}
