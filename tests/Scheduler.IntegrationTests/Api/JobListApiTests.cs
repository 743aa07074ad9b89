using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class JobListApiTests(ServerFixture server)
{
    private const string Jobs = "/api/v1/jobs";

    [Fact]
    public async Task Pages_are_newest_first_and_complete()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
            ids.Insert(0, await client.EnqueueAsync());
        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await client.GetAsync($"{Jobs}?limit=3&cursor={cursor}");
            Assert.Equal(200, page.Status);
            seen.AddRange(IdsOf(page));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task Filters_select_and_combine()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var a = await client.EnqueueAsync("\"tags\":[\"x\"],\"queue\":\"one\"");
        var b = await client.EnqueueAsync("\"tags\":[\"x\",\"y\"],\"delay\":\"PT1H\"");
        var c = await client.EnqueueAsync();
        foreach (var (query, expected) in new (string, string[])[]
        {
            ("", [c, b, a]), ("?state=&queue=&type=&tag=&recurringId=&limit=&cursor=", [c, b, a]), ("?state=scheduled", [b]),
            ("?queue=one", [a]), ("?tag=x", [b, a]), ("?tag=x&state=enqueued", [a]), ("?type=test.echo", [c, b, a]), ("?type=other", []),
            ("?recurringId=none", []), ("?tag=y&queue=one", []),
        })
            Assert.Equal(expected, IdsOf(await client.GetAsync(Jobs + query)));
    }

    [Theory]
    [InlineData("limit=0", "/limit")]
    [InlineData("limit=501", "/limit")]
    [InlineData("limit=x", "/limit")]
    [InlineData("limit=-1", "/limit")]
    [InlineData("state=Succeeded", "/state")]
    [InlineData("state=nope", "/state")]
    [InlineData("state=failed&state=deleted", "/state")]
    [InlineData("queue=Big", "/queue")]
    [InlineData("tag=a%20b", "/tag")]
    [InlineData("recurringId=a%2Fb", "/recurringId")]
    [InlineData("cursor=garbage", "/cursor")]
    [InlineData("stat=failed", "/stat")]
    public async Task Wrong_query_is_refused(string query, string at)
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var answer = await client.GetAsync($"{Jobs}?{query}");
        Assert.Equal((422, ProblemCodes.InvalidQuery), (answer.Status, answer.Code));
        Assert.Equal([at], answer.Pointers);
    }

    private static IEnumerable<string> IdsOf(ApiAnswer page) => page.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
}

public sealed class JobListApiOnRedisTests(RedisServerFixture server) : JobListApiTests(server);

public sealed class JobListApiOnEmbeddedTests(EmbeddedServerFixture server) : JobListApiTests(server);
