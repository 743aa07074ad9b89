using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Api;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Insight;

public abstract class AutoscaleTests(ServerFixture server)
{
    private const string Ask = "/api/v1/autoscale/default";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unused_queue_needs_no_worker_and_a_first_job_one()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(0, ValueOf(await client.GetAsync(Ask)));
        await client.EnqueueAsync();
        Assert.Equal(1, ValueOf(await client.GetAsync(Ask + "?targetWait=PT10S")));
    }

    [Fact]
    public async Task Ends_and_arrivals_are_measured()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await host.Services.GetRequiredService<WorkerStore>().AnnounceAsync(
            new WorkerRecord("box:1:aaaa", "box", ["default"], 4, 0, default, default, false, ["test.echo"]) { Labels = new Dictionary<string, string> { ["zone"] = "eu-1" } }, Token);
        await client.GetAsync(Ask);
        for (var i = 0; i < 12; i++)
            await client.EnqueueAsync();
        foreach (var claim in await host.Claims.ClaimAsync(new ClaimRequest("box:1:aaaa", ["default"], ["test.echo"], 8, TimeSpan.FromSeconds(30), false), Token))
            await host.Claims.CompleteAsync([new JobOutcome.Succeeded(claim.Job.Id, claim.Fence, null, TimeSpan.Zero)], Token);

        var answer = await WaitForArrivalsAsync(client);

        Assert.Equal((4, 4, 1), (answer.GetProperty("backlog").GetInt32(), answer.GetProperty("workerConcurrency").GetInt32(), answer.GetProperty("workers").GetInt32()));
        // Twelve came and eight left since the first call, at most a minute ago.
        var (arrivals, ends) = (answer.GetProperty("arrivalsPerSecond").GetDouble(), answer.GetProperty("endsPerSecond").GetDouble());
        Assert.InRange(arrivals, 12 / 70.0, 12);
        Assert.InRange(ends, 8 / 70.0, 8);
        Assert.NotEqual(JsonValueKind.Null, answer.GetProperty("meanDurationMs").ValueKind);
        var worker = (await client.GetAsync("/api/v1/workers")).Json.GetProperty("items")[0];
        Assert.Equal("eu-1", worker.GetProperty("labels").GetProperty("zone").GetString());
    }

    [Theory]
    [InlineData("targetWait=PT0S")]
    [InlineData("targetWait=soon")]
    [InlineData("concurrency=0")]
    [InlineData("wait=PT1S")]
    public async Task Wrong_query_is_refused(string query)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(422, (await client.GetAsync($"{Ask}?{query}")).Status);
        Assert.Equal(422, (await client.GetAsync("/api/v1/autoscale/Big")).Status);
    }

    // A rate needs a second between two looks.
    private static async Task<JsonElement> WaitForArrivalsAsync(ApiClient client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = (await client.GetAsync(Ask)).Json;
            if (answer.GetProperty("arrivalsPerSecond").ValueKind == JsonValueKind.Number)
                return answer;
            await Task.Delay(100, limit.Token);
        }
    }

    private static int ValueOf(ApiAnswer answer) => answer.Json.GetProperty("value").GetInt32();
}

public sealed class AutoscaleOnRedisTests(RedisServerFixture server) : AutoscaleTests(server);

public sealed class AutoscaleOnEmbeddedTests(EmbeddedServerFixture server) : AutoscaleTests(server);
