using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Auth;

namespace Scheduler.IntegrationTests.Api;

/// <summary>Whoever may only read sees the dashboard without its buttons, and what the buttons would post is refused.</summary>
public sealed class ReadOnlyDashboardTests(EmbeddedServerFixture server)
{
    private static readonly Dictionary<string, string> Keys = new() { ["root"] = "admin", ["viewer"] = "jobs:read" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Viewer_is_shown_no_button_that_changes_something()
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        using var root = host.Client("root");
        var id = await EnqueueAsync(root);
        using var viewer = host.Client("viewer");
        foreach (var (path, shows, button) in new[]
        {
            ("/hangfire/queues", "default", "Pause"), ("/hangfire/search?filter=state:enqueued", id, "Delete all matching"), ("/hangfire/bulk", "Bulk operations", "Undo"),
            ("/hangfire/jobs/details/" + id, "http.request", "data-ajax"),
        })
        {
            var (seen, whole) = (await viewer.GetAsync(path), await root.GetAsync(path));
            Assert.Equal(200, seen.Status);
            Assert.Contains(shows, seen.Body);
            Assert.DoesNotContain(button, seen.Body);
            if (path != "/hangfire/bulk")
                Assert.Contains(button, whole.Body);
        }
    }

    [Theory]
    [InlineData("/queues/pause", "queue=default")]
    [InlineData("/queues/resume", "queue=default")]
    [InlineData("/bulk/start", "action=delete&filter=queue:default")]
    [InlineData("/bulk/stop", "id={id}")]
    [InlineData("/bulk/undo", "id={id}")]
    [InlineData("/jobs/enqueued/delete", "jobs[]={id}")]
    [InlineData("/jobs/actions/delete/{id}", "")]
    [InlineData("/jobs/actions/requeue/{id}", "")]
    [InlineData("/recurring/trigger", "jobs[]=nightly")]
    public async Task What_a_button_posts_is_refused_to_a_viewer_and_not_to_an_administrator(string path, string form)
    {
        await using var host = await WholeHost.StartAsync(server, Keys);
        using var root = host.Client("root");
        var id = await EnqueueAsync(root);

        var refused = await PostAsync(host, "viewer", path.Replace("{id}", id, StringComparison.Ordinal), form.Replace("{id}", id, StringComparison.Ordinal));
        Assert.Contains(refused, new[] { HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized });
        Assert.Equal("enqueued", (await root.GetAsync("/api/v1/jobs/" + id)).Text("state"));
        Assert.False((await root.GetAsync("/api/v1/queues/default")).Json.GetProperty("paused").GetBoolean());

        var accepted = await PostAsync(host, "root", path.Replace("{id}", id, StringComparison.Ordinal), form.Replace("{id}", id, StringComparison.Ordinal));
        Assert.True((int)accepted < 400, $"{path}: {accepted}");
    }

    private static async Task<string> EnqueueAsync(ApiClient root)
    {
        var made = await root.PostAsync("/api/v1/jobs", """{"type":"http.request","args":{"url":"https://example.org/"}}""");
        Assert.True(made.Status == 202, made.Body);
        return made.Text("id");
    }

    /// <summary>With the proof that the form is ours, so that nothing but the caller's rights can refuse it.</summary>
    private static async Task<HttpStatusCode> PostAsync(WholeHost host, string key, string path, string form)
    {
        await using var scope = host.App.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = "Bearer " + key;
        context.User = (await context.AuthenticateAsync(AuthSchemes.ApiKey)).Principal!;
        var tokens = scope.ServiceProvider.GetRequiredService<IAntiforgery>().GetTokens(context);

        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Address + "/hangfire" + path);
        request.Content = new StringContent($"{form}&{tokens.FormFieldName}={Uri.EscapeDataString(tokens.RequestToken!)}", MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        request.Headers.Add("Cookie", "scheduler_antiforgery=" + tokens.CookieToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }
}
