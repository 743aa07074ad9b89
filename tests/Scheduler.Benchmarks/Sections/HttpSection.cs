using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Sections;

/// <summary><c>POST /api/v1/jobs</c> on the real web host, by <c>wrk</c> with 64 connections on the same machine. No rival has such a door.</summary>
internal sealed partial class HttpSection : Section
{
    private const int Connections = 64;

    public override string Name => "http";

    public override int Order => 6;

    public override async Task RunAsync(Bench bench)
    {
        if (OnPath.Find("wrk") is null)
        {
            Console.WriteLine("http: wrk is not on the path; on Debian: apt-get install wrk.");
            return;
        }
        await using var redis = await RedisServer.StartAsync();
        var found = await bench.InTurnAsync([Peer.All.Single(p => p.Name == SchedulerPeer.Id)], _ => MeasureAsync(bench, redis));
        var table = new Table($"POST /api/v1/jobs, {Connections} connections", "requests/s", "p50 ms", "p99 ms", "refused", "web host's RSS MB");
        foreach (var f in found.Values)
            table.Add(Table.Number(f.Get("rate")), Table.Number(f.Get("p50")), Table.Number(f.Get("p99")), Table.Number(f.Get("refused")), Table.Number(f.Get("rss")));
        table.Print();
    }

    private static async Task<Figures> MeasureAsync(Bench bench, RedisServer redis)
    {
        await redis.CleanAsync();
        await using var web = await WebProcess.StartAsync(redis);
        await LoadAsync(web, seconds: bench.Options.Count(5, 3));
        var figures = Read(await LoadAsync(web, seconds: bench.Options.Count(10, 5)));
        figures["rss"] = ProcessUsage.RssMb(web.Id);
        return figures;
    }

    private static async Task<string> LoadAsync(WebProcess web, int seconds)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk",
        [
            "-t", "1", "-c", Connections.ToString(CultureInfo.InvariantCulture), "-d", $"{seconds}s", "--latency",
            "-s", Path.Combine(AppContext.BaseDirectory, "wrk", "enqueue.lua"), web.Address + "/api/v1/jobs", "--", WebProcess.ApiKey,
        ])
        { RedirectStandardOutput = true })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return output;
    }

    private static Figures Read(string output) => new()
    {
        ["rate"] = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
        ["p50"] = Milliseconds(Median().Match(output)),
        ["p99"] = Milliseconds(Slowest().Match(output)),
        ["refused"] = Refused().Match(output) is { Success: true } some ? double.Parse(some.Groups[1].Value, CultureInfo.InvariantCulture) : 0,
    };

    private static double Milliseconds(Match latency) =>
        double.Parse(latency.Groups[1].Value, CultureInfo.InvariantCulture) * latency.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Median();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Slowest();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Refused();
}
