using Microsoft.Extensions.DependencyInjection;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Api;

/// <summary>The whole host with a worker and sealing on: callers notice nothing, a writer to Redis achieves nothing.</summary>
public abstract class SealedArgsTests(ServerFixture server)
{
    private const string Canary = "canary-51ab";
    private static readonly string Key = "k1:" + Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Jobs_and_schedules_work_as_without(string encrypt)
    {
        await using var host = await StartAsync(encrypt);
        using var client = host.Client("root");

        var one = await client.PostAsync("/api/v1/jobs", """{"type":"demo.echo","args":{"word":"canary-51ab"}}""");
        Assert.Equal("succeeded", (await WaitAsync(client, one.Text("id"))).Text("state"));
        Assert.Equal(Canary, (await client.GetAsync("/api/v1/jobs/" + one.Text("id"))).Json.GetProperty("args").GetProperty("word").GetString());
        await client.SendAsync(HttpMethod.Put, "/api/v1/recurring/s", new StringContent(
            """{"type":"demo.echo","args":{"word":"canary-51ab"},"cron":"0 6 * * *"}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(Canary, (await client.GetAsync("/api/v1/recurring/s")).Json.GetProperty("args").GetProperty("word").GetString());
        var triggered = await client.PostAsync("/api/v1/recurring/s/trigger");
        Assert.Equal(Canary, (await WaitAsync(client, triggered.Text("id"))).Json.GetProperty("result").GetProperty("word").GetString());
    }

    [Fact]
    public async Task Forged_and_copied_arguments_are_never_run()
    {
        await using var host = await StartAsync("true");
        using var client = host.Client("root");
        var redis = host.App.Services.GetRequiredService<RedisClient>();
        var forged = (await client.PostAsync("/api/v1/jobs", """{"type":"demo.echo","delay":"PT1H"}""")).Text("id");
        var copied = (await client.PostAsync("/api/v1/jobs", """{"type":"demo.echo","delay":"PT1H"}""")).Text("id");
        var source = (await client.PostAsync("/api/v1/jobs", """{"type":"demo.echo","args":{"word":"canary-51ab"},"delay":"PT1H"}""")).Text("id");
        var stored = (await StoredCallAsync(redis, source)).Arguments;
        Assert.DoesNotContain(Canary, stored);
        await StoreArgumentsAsync(redis, forged, """{"word":"evil"}""");
        await StoreArgumentsAsync(redis, copied, stored);

        foreach (var id in new[] { forged, copied })
        {
            await client.PostAsync($"/api/v1/jobs/{id}/requeue");
            var job = await WaitAsync(client, id);
            Assert.Equal(("failed", "args_refused"), (job.Text("state"), job.Json.GetProperty("error").GetProperty("type").GetString()));
        }
    }

    private static readonly RedisValue[] Pieces = [.. Enumerable.Range(0, JobCall.MaxPieces).Select(i => (RedisValue)JobFields.Piece(i))];

    private static async Task<JobCall> StoredCallAsync(RedisClient redis, string id)
    {
        var pieces = await redis.Database.HashGetAsync(redis.Keys.JobHash(id), Pieces);
        return JobCall.Parse(pieces.SelectMany(p => (byte[]?)p ?? []).ToArray());
    }

    private static async Task StoreArgumentsAsync(RedisClient redis, string id, string arguments)
    {
        var call = await StoredCallAsync(redis, id);
        RedisValue[] fields = [.. JobCall.ToFields(call.CreatedAt.UtcDateTime, call.Contract!, arguments)];
        await redis.Database.HashDeleteAsync(redis.Keys.JobHash(id), Pieces);
        await redis.Database.HashSetAsync(redis.Keys.JobHash(id), [.. fields.Chunk(2).Select(f => new HashEntry(f[0], f[1]))]);
    }

    private Task<WholeHost> StartAsync(string encrypt) => WholeHost.StartAsync(server, new Dictionary<string, string> { ["root"] = "admin" },
        ("Scheduler:Sealing:Keys:0", Key), ("Scheduler:Sealing:Encrypt", encrypt), ("Scheduler:Worker:Enabled", "true"), ("Scheduler:DemoJobs:Enabled", "true"));

    private static Task<ApiAnswer> WaitAsync(ApiClient client, string id) => client.GetAsync("/api/v1/jobs/" + id, ("Prefer", "wait=20"));
}

public sealed class SealedArgsOnRedisTests(RedisServerFixture server) : SealedArgsTests(server);

public sealed class SealedArgsOnEmbeddedTests(EmbeddedServerFixture server) : SealedArgsTests(server);
