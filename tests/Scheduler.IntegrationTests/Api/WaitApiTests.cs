using System.Diagnostics;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Api;

public abstract class WaitApiTests(ServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_caller_is_answered_when_the_job_ends()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var waited = Stopwatch.StartNew();
        var waiting = client.GetAsync("/api/v1/jobs/" + id, ("Prefer", "wait=30"));
        var claims = await host.Claims.ClaimAsync(new ClaimRequest("host:1:test", ["default"], ["test.echo"], 1, TimeSpan.FromSeconds(10), true), Token);
        await Task.Delay(200, Token);
        Assert.False(waiting.IsCompleted);
        await host.Claims.CompleteAsync([new JobOutcome.Succeeded(id, claims[0].Fence, "7", TimeSpan.Zero)], Token);
        var answer = await waiting;
        Assert.Equal((200, "succeeded", "wait=30"), (answer.Status, answer.Text("state"), answer.Header("Preference-Applied")));
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Time_that_is_up_shows_the_job_as_it_is()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var waited = Stopwatch.StartNew();
        var answer = await client.GetAsync("/api/v1/jobs/" + id, ("Prefer", "respond-async, wait=1"));
        Assert.Equal((200, "enqueued", "wait=1"), (answer.Status, answer.Text("state"), answer.Header("Preference-Applied")));
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Nonsense_is_ignored_and_a_final_job_answers_at_once()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var id = await client.EnqueueAsync();
        var nonsense = await client.GetAsync("/api/v1/jobs/" + id, ("Prefer", "wait=soon"));
        Assert.Equal((200, (string?)null), (nonsense.Status, nonsense.Header("Preference-Applied")));
        await client.PostAsync($"/api/v1/jobs/{id}/cancel");
        var final = await client.GetAsync("/api/v1/jobs/" + id, ("Prefer", "wait=600"));
        Assert.Equal(("deleted", "wait=60"), (final.Text("state"), final.Header("Preference-Applied")));
        Assert.Equal(404, (await client.GetAsync("/api/v1/jobs/nope", ("Prefer", "wait=30"))).Status);
    }
}

public sealed class WaitApiOnRedisTests(RedisServerFixture server) : WaitApiTests(server);

public sealed class WaitApiOnEmbeddedTests(EmbeddedServerFixture server) : WaitApiTests(server);
