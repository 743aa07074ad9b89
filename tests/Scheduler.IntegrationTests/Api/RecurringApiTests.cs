using System.Text;
using Scheduler.IntegrationTests.Support;
using Scheduler.Web.Api.Problems;

namespace Scheduler.IntegrationTests.Api;

public abstract class RecurringApiTests(ServerFixture server)
{
    private const string Full =
        """
        { "type": "test.echo", "args": { "n": 1 }, "crons": ["30 2 * * *", "0 12 * * MON#2"], "timeZone": "Europe/Berlin", "queue": "reports",
          "startAt": "2026-03-27T00:00:00Z", "endAt": "2030-01-01T00:00:00Z", "maxRuns": 1000,
          "exclude": { "dates": ["2026-12-25"], "weekly": [{ "days": ["SUN"], "from": "00:00", "to": "12:00" }], "calendars": ["holidays"] },
          "jitter": "PT1M", "dst": { "gap": "skip", "overlap": "twice" }, "misfire": "all", "catchUpWindow": "PT2H", "overlap": "buffer-one",
          "pauseAfterFailures": 3, "maxSilence": "P2D", "tags": ["x"], "maxAttempts": 2, "timeout": "PT5M" }
        """;

    [Fact]
    public async Task Put_takes_every_field_and_shows_it_again()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(201, (await PutAsync(client, "calendars/holidays", """{ "dates": ["2026-05-01"], "yearly": ["12-26"] }""")).Status);
        var dry = await PutAsync(client, "recurring/all?dryRun=true", Full);
        Assert.Equal((200, 404), (dry.Status, (await client.GetAsync("/api/v1/recurring/all")).Status));
        var put = await PutAsync(client, "recurring/all", Full);
        Assert.Equal(201, put.Status);
        Assert.Equal("buffer-one", put.Text("overlap"));
        Assert.Equal(("P2D", 3), (put.Text("maxSilence"), put.Json.GetProperty("pauseAfterFailures").GetInt32()));
        Assert.Equal("holidays", put.Json.GetProperty("exclude").GetProperty("calendars")[0].GetString());
        Assert.Equal(dry.Json.GetProperty("preview").ToString(), put.Json.GetProperty("preview").ToString());
        Assert.Equal(put.Text("nextAt"), put.Json.GetProperty("preview").GetProperty("occurrences")[0].GetString());
        Assert.Equal((409, ProblemCodes.CalendarInUse), await CodeAsync(client.SendAsync(HttpMethod.Delete, "/api/v1/calendars/holidays", null)));
    }

    [Fact]
    public async Task Expected_success_has_two_names()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        var put = await PutAsync(client, "recurring/backup", """{ "type": "test.echo", "cron": "0 3 * * *", "expectEvery": "P1D" }""");
        Assert.Equal((201, "P1D"), (put.Status, put.Text("maxSilence")));
        var both = await PutAsync(client, "recurring/backup", """{ "type": "test.echo", "cron": "0 3 * * *", "expectEvery": "P1D", "maxSilence": "P2D" }""");
        Assert.Equal(422, both.Status);
        Assert.Equal(["/expectEvery"], both.Pointers);
    }

    [Fact]
    public async Task Preview_shows_clock_changes_and_what_is_excluded()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await PutAsync(client, "calendars/holidays", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20300402\r\nEND:VEVENT\r\nEND:VCALENDAR", "text/calendar");
        await PutAsync(client, "recurring/daily",
            """{ "type": "test.echo", "cron": "30 2 * * *", "timeZone": "Europe/Berlin", "exclude": { "calendars": ["holidays"] } }""");
        var preview = (await client.GetAsync("/api/v1/recurring/daily/occurrences?count=5&from=2030-03-29T12:00:00Z")).Json;
        Assert.Equal(
            ["2030-03-30T01:30:00.000Z", "2030-03-31T01:00:00.000Z", "2030-04-01T00:30:00.000Z", "2030-04-03T00:30:00.000Z", "2030-04-04T00:30:00.000Z"],
            preview.GetProperty("occurrences").EnumerateArray().Select(o => o.GetString()));
        var change = Assert.Single(preview.GetProperty("transitions").EnumerateArray());
        Assert.Equal(("2030-03-31T01:00:00.000Z", "+01:00", "+02:00"),
            (change.GetProperty("at").GetString(), change.GetProperty("offsetBefore").GetString(), change.GetProperty("offsetAfter").GetString()));
        var excluded = Assert.Single(preview.GetProperty("excluded").EnumerateArray());
        Assert.Equal(("2030-04-02T00:30:00.000Z", "calendar holidays"), (excluded.GetProperty("at").GetString(), excluded.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 31 2 *" }""", "/cron")]
    [InlineData("""{ "type": "test.echo", "cron": "*/30 * * * * *" }""", "/cron")]
    [InlineData("""{ "type": "test.echo", "interval": { "every": "PT59S" } }""", "/interval")]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 * * *", "exclude": { "calendars": ["none"] } }""", "/exclude/calendars/0")]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 * * *", "timeZone": "Europe/Atlantis" }""", "/timeZone")]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 * * *", "overlap": "twice" }""", "/overlap")]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 * * *", "pauseAfterFailures": 0 }""", "/pauseAfterFailures")]
    [InlineData("""{ "type": "test.echo", "cron": "0 0 * * *", "id": "x" }""", "/id")]
    public async Task Put_that_cannot_be_meant_is_refused(string body, string member)
    {
        await using var host = await ApiHost.StartAsync(server, settings: new() { ["Scheduler:Recurring:MinInterval"] = "00:01:00" });
        using var client = host.Client();
        var answer = await PutAsync(client, "recurring/bad", body);
        Assert.Equal(422, answer.Status);
        Assert.Equal([member], answer.Pointers);
    }

    [Fact]
    public async Task Many_are_put_at_once_or_none()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        string Body(int count, string last) => "{\"schedules\":[" + string.Join(',', Enumerable.Range(0, count).Select(i =>
            $$"""{"id":"s{{i}}","type":"test.echo","cron":"{{(i == count - 1 ? last : "0 6 * * *")}}"}""")) + "]}";
        var refused = await PutAsync(client, "recurring", Body(3, "nonsense"));
        Assert.Equal((422, "/schedules/2/cron"), (refused.Status, Assert.Single(refused.Pointers)));
        Assert.Equal(422, (await PutAsync(client, "recurring", Body(1_001, "0 6 * * *"))).Status);
        Assert.Empty((await client.GetAsync("/api/v1/recurring")).Json.GetProperty("items").EnumerateArray());
        var put = await PutAsync(client, "recurring", Body(1_000, "0 7 * * *"));
        Assert.Equal((200, 1_000), (put.Status, put.Json.GetProperty("items").GetArrayLength()));
        Assert.Equal(put.Json.GetProperty("items")[999].GetProperty("etag").GetString(), (await client.GetAsync("/api/v1/recurring/s999")).Header("ETag"));
    }

    [Fact]
    public async Task Trigger_takes_other_args_and_runs_list_what_was_made()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        await PutAsync(client, "recurring/hourly", """{ "type": "test.needs", "args": { "url": "a" }, "interval": { "every": "PT1H" } }""");
        var refused = await client.PostAsync("/api/v1/recurring/hourly/trigger", """{ "args": { "n": 1 } }""");
        Assert.Equal((422, "/args/url"), (refused.Status, Assert.Single(refused.Pointers)));
        var triggered = await client.PostAsync("/api/v1/recurring/hourly/trigger", """{ "args": { "url": "b" } }""");
        Assert.Equal((202, "b"), (triggered.Status, triggered.Json.GetProperty("args").GetProperty("url").GetString()));

        var backfill = await client.PostAsync("/api/v1/recurring/hourly/backfill",
            """{ "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T05:00:00Z", "pace": "PT1S" }""", ("Idempotency-Key", "k"));
        Assert.Equal((202, 6), (backfill.Status, backfill.Json.GetProperty("accepted").GetInt32()));
        var runs = (await client.GetAsync("/api/v1/recurring/hourly/runs?limit=3")).Json;
        Assert.Equal(triggered.Text("id"), runs.GetProperty("items")[0].GetProperty("jobId").GetString());
        Assert.Equal("2026-01-01T05:00:00.000Z", runs.GetProperty("items")[1].GetProperty("scheduledFor").GetString());
        var next = (await client.GetAsync($"/api/v1/recurring/hourly/runs?limit=10&cursor={runs.GetProperty("nextCursor").GetString()}")).Json;
        Assert.Equal(4, next.GetProperty("items").GetArrayLength());
        Assert.Equal((404, ProblemCodes.RecurringNotFound), await CodeAsync(client.GetAsync("/api/v1/recurring/nightly/runs")));
        Assert.Equal(422, (await client.PostAsync("/api/v1/recurring/hourly/backfill", """{ "from": "2026-01-01T00:00:00Z", "to": "2025-01-01T00:00:00Z" }""")).Status);
    }

    [Fact]
    public async Task Calendar_that_cannot_be_read_is_refused()
    {
        await using var host = await ApiHost.StartAsync(server);
        using var client = host.Client();
        Assert.Equal(422, (await PutAsync(client, "calendars/x", "hello", "text/calendar")).Status);
        Assert.Equal("/dates/0", Assert.Single((await PutAsync(client, "calendars/x", """{ "dates": ["25.12."] }""")).Pointers));
        Assert.Equal("/yearly/0", Assert.Single((await PutAsync(client, "calendars/x", """{ "yearly": ["13-01"] }""")).Pointers));
        Assert.Equal(415, (await PutAsync(client, "calendars/x", "hello", "text/plain")).Status);
        Assert.Equal((404, ProblemCodes.CalendarNotFound), await CodeAsync(client.GetAsync("/api/v1/calendars/x")));
        Assert.Equal(201, (await PutAsync(client, "calendars/x", """{ "yearly": ["02-29"] }""")).Status);
        Assert.Equal(200, (await PutAsync(client, "calendars/x", "{}")).Status);
        Assert.Equal("x", Assert.Single((await client.GetAsync("/api/v1/calendars")).Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(204, (await client.SendAsync(HttpMethod.Delete, "/api/v1/calendars/x", null)).Status);
    }

    private static Task<ApiAnswer> PutAsync(ApiClient client, string path, string body, string type = "application/json") =>
        client.SendAsync(HttpMethod.Put, "/api/v1/" + path, new StringContent(body, Encoding.UTF8, type));

    private static async Task<(int, string)> CodeAsync(Task<ApiAnswer> answer) => ((await answer).Status, (await answer).Code);
}

public sealed class RecurringApiOnRedisTests(RedisServerFixture server) : RecurringApiTests(server);

public sealed class RecurringApiOnEmbeddedTests(EmbeddedServerFixture server) : RecurringApiTests(server);
