using System.Collections.Concurrent;

namespace Scheduler.Faults.Load;

/// <summary>Several clients that enqueue, cancel and requeue through the API, each call chosen at random.</summary>
internal sealed class LoadGenerator(IReadOnlyDictionary<string, Uri> webs, Recorder recorder, CampaignOptions options, int seed)
{
    private const int Clients = 8;
    private const string Work = "fault.work";

    private static readonly TimeSpan KeyedPatience = TimeSpan.FromSeconds(40);

    private readonly ConcurrentQueue<string> recent = new();
    private int markers;

    /// <summary>Calls until told to stop; what has begun by then is carried to its end.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(n => RunClientAsync(new Random(seed + (n * 7919)), stop)));

    /// <summary>Jobs that block their threads, enough to fill every worker.</summary>
    public async Task EnqueueBlockersAsync(int count, TimeSpan each, CancellationToken cancellationToken)
    {
        using var caller = new ApiCaller(webs, recorder, new Random(seed + count));
        string[] names = [.. Enumerable.Range(0, count).Select(_ => NextMarker("b"))];
        var body = new { jobs = names.Select(m => new { type = "fault.block", args = new { marker = m, ms = (int)each.TotalMilliseconds } }) };
        await caller.SendUntilAnsweredAsync("bulk", HttpMethod.Post, "/api/v1/jobs/bulk", body, names, NextMarker("k"), KeyedPatience, cancellationToken);
    }

    /// <summary>A job that kills whoever runs it.</summary>
    public async Task EnqueuePoisonAsync(CancellationToken cancellationToken)
    {
        using var caller = new ApiCaller(webs, recorder, new Random(seed));
        var marker = NextMarker("p");
        await caller.SendUntilAnsweredAsync("enqueue", HttpMethod.Post, "/api/v1/jobs", new { type = "fault.crash", args = new { marker } }, [marker],
            NextMarker("k"), KeyedPatience, cancellationToken);
    }

    private async Task RunClientAsync(Random random, CancellationToken stop)
    {
        using var caller = new ApiCaller(webs, recorder, random);
        var pause = TimeSpan.FromSeconds((double)Clients / options.Rate);
        while (!stop.IsCancellationRequested)
        {
            await CallAsync(caller, random);
            await Task.Delay(pause * (random.NextDouble() * 2), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task CallAsync(ApiCaller caller, Random random) =>
        random.Next(100) < options.LargeBulks ? BulkAsync(caller, random, KeyOrNone(random), isLarge: true) : OrdinaryCallAsync(caller, random);

    private Task OrdinaryCallAsync(ApiCaller caller, Random random) => random.Next(100) switch
    {
        < 35 => EnqueueAsync(caller, random, key: null),
        < 65 => EnqueueAsync(caller, random, NextMarker("k")),
        < 75 => BulkAsync(caller, random, KeyOrNone(random), isLarge: random.Next(10) == 0),
        < 85 => DelayedAsync(caller, random),
        < 94 => ChangeAsync(caller, random, "cancel"),
        _ => ChangeAsync(caller, random, "requeue"),
    };

    private async Task EnqueueAsync(ApiCaller caller, Random random, string? key)
    {
        var marker = NextMarker("m");
        var body = new { type = Work, args = Args(marker, random), tags = new[] { "faults" } };
        await SendAsync(caller, "enqueue", "/api/v1/jobs", body, [marker], key);
    }

    private async Task DelayedAsync(ApiCaller caller, Random random)
    {
        var marker = NextMarker("d");
        var body = new { type = Work, args = Args(marker, random), delay = $"PT{random.Next(1, 5)}S" };
        await SendAsync(caller, "enqueue", "/api/v1/jobs", body, [marker], KeyOrNone(random));
    }

    // Some are larger than one script takes, and so are staged and committed.
    private async Task BulkAsync(ApiCaller caller, Random random, string? key, bool isLarge)
    {
        var count = isLarge ? random.Next(201, 450) : random.Next(2, 40);
        string[] names = [.. Enumerable.Range(0, count).Select(_ => NextMarker("x"))];
        await SendAsync(caller, "bulk", "/api/v1/jobs/bulk", new { jobs = names.Select(m => new { type = Work, args = new { marker = m, ms = random.Next(0, 30) } }) }, names, key);
    }

    private async Task ChangeAsync(ApiCaller caller, Random random, string op)
    {
        if (recent.IsEmpty)
            return;
        var id = recent.ElementAtOrDefault(random.Next(Math.Max(recent.Count, 1))) ?? recent.First();
        await caller.SendAsync(op, HttpMethod.Post, $"/api/v1/jobs/{id}/{op}", null, [], null, [id], CancellationToken.None);
    }

    private async Task SendAsync(ApiCaller caller, string op, string path, object body, string[] names, string? key)
    {
        var call = key is null
            ? await caller.SendAsync(op, HttpMethod.Post, path, body, names, null, [], CancellationToken.None)
            : await caller.SendUntilAnsweredAsync(op, HttpMethod.Post, path, body, names, key, KeyedPatience, CancellationToken.None);
        foreach (var id in call.Ids.Take(3))
            recent.Enqueue(id);
        while (recent.Count > 200)
            recent.TryDequeue(out _);
    }

    // Most are short; some live longer than a lease, and some throw first.
    private static object Args(string marker, Random random) => random.Next(100) switch
    {
        < 70 => new { marker, ms = random.Next(0, 50) },
        < 90 => new { marker, ms = random.Next(200, 3_000) },
        < 93 => new { marker, ms = random.Next(4_500, 7_000) },
        _ => new { marker, ms = random.Next(0, 100), throws = random.Next(1, 3) },
    };

    private string? KeyOrNone(Random random) => random.Next(2) == 0 ? NextMarker("k") : null;

    private string NextMarker(string kind) => $"{kind}{Interlocked.Increment(ref markers)}";
}
