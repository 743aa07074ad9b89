using System.Net;
using System.Text.Json;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.BuiltInJobs;

public sealed class RequestPlanTests
{
    private static readonly Dictionary<string, string> AllHeaders = new()
    {
        ["Authorization"] = "Bearer secret", ["X-Api-Key"] = "secret", ["Cookie"] = "a=b", ["Accept"] = "text/plain", ["Content-Type"] = "text/csv",
    };

    private static RequestPlan Plan(string method, string url = "https://a.example/one") =>
        new(new Uri(url), new HttpMethod(method), AllHeaders, JsonElement.Parse("\"body\""));

    private static HttpResponseMessage Answer(int status, string location)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.TryAddWithoutValidation("Location", location);
        return response;
    }

    [Theory]
    [InlineData(301, "POST", "GET", false)]
    [InlineData(302, "POST", "GET", false)]
    [InlineData(303, "POST", "GET", false)]
    [InlineData(303, "PUT", "GET", false)]
    [InlineData(303, "HEAD", "HEAD", true)]
    [InlineData(301, "PUT", "PUT", true)]
    [InlineData(302, "DELETE", "DELETE", true)]
    [InlineData(307, "POST", "POST", true)]
    [InlineData(308, "POST", "POST", true)]
    public void Redirected_goes_on_as_browsers_do(int status, string method, string next, bool keepsBody)
    {
        var plan = Plan(method).Redirected(Answer(status, "/two"));

        Assert.Equal("https://a.example/two", plan.Url.AbsoluteUri);
        Assert.Equal(next, plan.Method.Method);
        Assert.Equal(keepsBody, plan.Body is not null);
        Assert.Equal(keepsBody, plan.Headers.ContainsKey("Content-Type"));
        Assert.True(plan.Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("https://b.example/two")]
    [InlineData("https://a.example:8443/two")]
    [InlineData("//b.example/two")]
    public void Redirected_to_another_origin_drops_what_may_be_secret(string location)
    {
        var plan = Plan("PUT").Redirected(Answer(307, location));

        Assert.Equal(["Accept", "Content-Type"], plan.Headers.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://a.example/")]
    [InlineData("https://user:secret@a.example/")]
    [InlineData("http://a.example/")]
    public void Redirected_refuses(string location) =>
        Assert.Throws<JobFailedException>(() => Plan("GET").Redirected(Answer(302, location)));

    [Fact]
    public async Task ToMessage_sends_a_text_as_it_is_and_json_as_json()
    {
        var text = Plan("POST").ToMessage();
        var json = (Plan("POST") with { Headers = new Dictionary<string, string>(), Body = JsonElement.Parse("""{"a":1}""") }).ToMessage();

        Assert.Equal("text/csv", text.Content!.Headers.ContentType!.ToString());
        Assert.Equal("body", await text.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/json", json.Content!.Headers.ContentType!.ToString());
        Assert.Equal("""{"a":1}""", await json.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
