using System.Globalization;
using System.Text.Json;
using Scheduler.Faults.Checker.Recorded;
using Scheduler.Faults.Cluster;
using Scheduler.Faults.Load;
using StackExchange.Redis;

namespace Scheduler.Faults.Observation;

/// <summary>Records what is there when all is quiet: the jobs and the event log as the API shows them, and every key of the store.</summary>
internal sealed class FinalState(Fleet fleet, Recorder recorder)
{
    private const string EveryEvent = "event=job.succeeded&event=job.failed&event=job.deleted&event=job.enqueued&event=job.started&event=job.retrying&event=job.progress";

    private readonly IDatabase database = fleet.Admin.GetDatabase();
    private readonly Uri web = fleet.WebAddresses.Values.First();

    /// <summary>The number of the newest event.</summary>
    private async Task<long> NewestEventAsync() => (long)await database.StringGetAsync(NodeSettings.Prefix + "events:seq");

    /// <summary>Adds one more job, whose completion is the last event: a reader that has it has seen all. Gives its number.</summary>
    public async Task<long> NewestCompletionAsync(CancellationToken cancellationToken)
    {
        using var caller = new ApiCaller(fleet.WebAddresses, recorder, new Random(0));
        await caller.SendUntilAnsweredAsync("enqueue", HttpMethod.Post, "/api/v1/jobs", new { type = "fault.work", args = new { marker = "last" } }, ["last"], "last",
            TimeSpan.FromSeconds(20), cancellationToken);
        await Quiet.WaitAsync(fleet, TimeSpan.FromSeconds(20), cancellationToken);
        return await NewestEventAsync();
    }

    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        await RecordJobsAsync(http, cancellationToken);
        await RecordLogAsync(http, cancellationToken);
        await RecordKeysAsync(cancellationToken);
    }

    private async Task RecordJobsAsync(HttpClient http, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var query = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
            using var page = JsonDocument.Parse(await http.GetStreamAsync(new Uri(web, "/api/v1/jobs?limit=500" + query), cancellationToken));
            foreach (var job in page.RootElement.GetProperty("items").EnumerateArray())
                recorder.Job(Read(job));
            cursor = Text(page.RootElement, "nextCursor");
        }
        while (cursor is not null);
    }

    private async Task RecordLogAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var newest = await NewestEventAsync();
        var epoch = ((string?)await database.StringGetAsync(NodeSettings.Prefix + "events:epoch"))?.Split(' ') ?? [];
        if (newest == 0 || epoch.Length == 0)
            return;
        var start = epoch.Length > 1 ? epoch[1] : "0";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await using var stream = await http.GetStreamAsync(new Uri(web, $"/api/v1/events?after={epoch[0]}-{start}&{EveryEvent}"), patience.Token);
        await foreach (var line in EventStream.ReadAsync(stream, patience.Token))
        {
            recorder.Log(line);
            if (line.Id is not null && EventStream.SequenceOf(line.Id) >= newest)
                return;
        }
    }

    private async Task RecordKeysAsync(CancellationToken cancellationToken)
    {
        await foreach (var chunk in fleet.Primary.KeysAsync(pageSize: 1000).Chunk(500).WithCancellation(cancellationToken))
        {
            foreach (var line in await Task.WhenAll(chunk.Select(ReadKeyAsync)))
                recorder.Key(line);
        }
    }

    private async Task<KeyLine> ReadKeyAsync(RedisKey key)
    {
        var type = await database.KeyTypeAsync(key);
        var ttl = (await database.KeyTimeToLiveAsync(key))?.TotalMilliseconds ?? -1;
        string[] values = type switch
        {
            RedisType.Hash => [.. (await database.HashGetAllAsync(key)).SelectMany(e => new[] { e.Name.ToString(), e.Value.ToString() })],
            RedisType.SortedSet => [.. (await database.SortedSetRangeByRankWithScoresAsync(key)).SelectMany(e => new[] { e.Element.ToString(), e.Score.ToString(CultureInfo.InvariantCulture) })],
            RedisType.List => [.. (await database.ListRangeAsync(key)).Select(v => v.ToString())],
            RedisType.Set => [.. (await database.SetMembersAsync(key)).Select(v => v.ToString())],
            _ => [(await database.StringGetAsync(key)).ToString()],
        };
        var name = key.ToString();
        // The log is recorded as its readers see it; as a key it would be the largest line of all.
        var isLog = name == NodeSettings.Prefix + "events";
        return new KeyLine(name.StartsWith(NodeSettings.Prefix, StringComparison.Ordinal) ? name[NodeSettings.Prefix.Length..] : "?" + name,
            type == RedisType.SortedSet ? "zset" : type.ToString().ToLowerInvariant(), isLog ? [] : values, (long)ttl);
    }

    private static JobLine Read(JsonElement job) => new(
        Text(job, "id")!, Text(job, "state")!,
        job.GetProperty("args") is { ValueKind: JsonValueKind.Object } args ? Text(args, "marker") : null,
        Text(job, "recurringId"), Text(job, "scheduledFor"),
        job.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? Text(error, "type") : null,
        EventStream.FenceOf(job), job.GetProperty("attempt").GetInt32());

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
