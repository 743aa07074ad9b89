using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scheduler.Benchmarks.Harness;

namespace Scheduler.Benchmarks.Sections;

/// <summary>
/// <c>GET /api/v1/jobs</c> on the real web host over a million jobs: how long one call takes for each kind of filter, without and with the
/// optional indexes, and what these cost. No rival has a search.
/// </summary>
internal sealed class SearchSection : Section
{
    private const int BulkSize = 10_000;
    private const int Calls = 200;

    // A host that has just started still compiles what a filter needs.
    private const int CallsBefore = 10;
    private const string Indexes = "queue,type,state,worker";

    /// <summary>One job in so many is a rare one: another type, another queue, a tag, a word in its arguments.</summary>
    private const int RareOneIn = 20_000;

    /// <summary>One job in so many is for later.</summary>
    private const int DelayedOneIn = 20;

    public override string Name => "search";

    public override int Order => 8;

    public override async Task RunAsync(Bench bench)
    {
        var count = bench.Options.Count(1_000_000, 100_000);
        await using var redis = await RedisServer.StartAsync();
        string begin, middle;
        await using (var web = await WebProcess.StartAsync(redis))
        {
            using var http = ClientOf(web);
            (begin, middle) = (await FillAsync(http, count / 2, 0), await FillAsync(http, count / 2, count / 2));
            await MeasureAsync(http, "no optional index", count, begin, middle);
        }

        var before = await redis.SampleAsync();
        await using (var web = await WebProcess.StartAsync(redis, ("Scheduler__Search__Indexes", Indexes)))
        {
            var built = Stopwatch.StartNew();
            while ((await redis.HashAsync("{hangfire}:by")).Values.Count(state => state == "ready") < Indexes.Split(',').Length)
                await Task.Delay(200);
            var (seconds, bytes) = (built.Elapsed.TotalSeconds, (await redis.SampleAsync()).Since(before, count)["bytes"]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The indexes {Indexes} were ready after {seconds:F1} s, fifteen of them a pause; they take {bytes:F0} bytes a job."));
            using var http = ClientOf(web);
            await MeasureAsync(http, "indexes " + Indexes, count, begin, middle);
        }
    }

    private static HttpClient ClientOf(WebProcess web)
    {
        var http = new HttpClient { BaseAddress = new Uri(web.Address), Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", WebProcess.ApiKey);
        return http;
    }

    private static async Task MeasureAsync(HttpClient http, string how, int count, string begin, string middle)
    {
        var table = new Table($"GET /api/v1/jobs?limit=50 with {count.ToString("N0", CultureInfo.InvariantCulture)} jobs, {how}, {Calls} calls each", "filter", "p50 ms", "p99 ms", "found", "page");
        foreach (var filter in Filters(begin, middle))
        {
            await MeasureAsync(http, filter, CallsBefore);
            table.Add(await MeasureAsync(http, filter, Calls));
        }
        table.Print();
    }

    private static string[] Filters(string begin, string middle) =>
    [
        "", "state:enqueued", "state:scheduled", "state:failed", "tag:rare", "tag:rare state:enqueued q:needle", $"createdBefore:{middle}", $"createdAfter:{begin} createdBefore:{middle} queue:default",
        "type:http.request queue:default", "queue:slow", "type:process.run", "worker:nobody", $"type:process.run queue:slow state:enqueued createdBefore:{middle} q:needle",
        "state:scheduled type:process.run", "recurringId:nightly", "state:scheduled q:nowhere", "q:needle", "q:nowhere",
    ];

    /// <summary>Gives the instant before the jobs were made.</summary>
    private static async Task<string> FillAsync(HttpClient http, int count, int from)
    {
        var instant = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        for (var done = 0; done < count; done += BulkSize)
        {
            var jobs = Enumerable.Range(from + done, Math.Min(BulkSize, count - done)).Select(JobText);
            using var body = new StringContent("{\"jobs\":[" + string.Join(',', jobs) + "]}", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri("/api/v1/jobs/bulk", UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
        }
        return instant;
    }

    private static string JobText(int number)
    {
        var n = number.ToString(CultureInfo.InvariantCulture);
        return number % RareOneIn == 7
            ? "{\"type\":\"process.run\",\"queue\":\"slow\",\"tags\":[\"rare\"],\"args\":{\"command\":\"report\",\"arguments\":[\"needle-" + n + "\"]}}"
            : "{\"type\":\"http.request\"," + (number % DelayedOneIn == 3 ? "\"delay\":\"PT10H\"," : "") + "\"args\":{\"url\":\"https://example.org/customers/" + n + "/invoices\",\"method\":\"POST\",\"body\":{\"order\":" + n + "}}}";
    }

    private static async Task<string[]> MeasureAsync(HttpClient http, string filter, int calls)
    {
        var path = new Uri("/api/v1/jobs?limit=50&filter=" + Uri.EscapeDataString(filter), UriKind.Relative);
        var times = new double[calls];
        var last = "";
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            last = await http.GetStringAsync(path);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        using var page = JsonDocument.Parse(last);
        var kind = page.RootElement.TryGetProperty("partial", out _) ? "partial" : page.RootElement.GetProperty("nextCursor").ValueKind == JsonValueKind.Null ? "whole" : "full";
        return [filter.Length == 0 ? "none" : filter, Table.Number(Figures.Percentile(times, 0.5)), Table.Number(Figures.Percentile(times, 0.99)),
            page.RootElement.GetProperty("items").GetArrayLength().ToString(CultureInfo.InvariantCulture), kind];
    }
}
