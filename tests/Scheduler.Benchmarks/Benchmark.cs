using System.Runtime.InteropServices;
using Scheduler.Benchmarks.Harness;
using Scheduler.Benchmarks.Peers;
using Scheduler.Benchmarks.Sections;

namespace Scheduler.Benchmarks;

/// <summary>One run of the whole: peers made ready, then section after section.</summary>
internal static class Benchmark
{
    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (RedisServer.Executable is null)
        {
            await Console.Error.WriteLineAsync("redis-server is not on the path; on Debian: apt-get install redis-server.");
            return 1;
        }
        var peers = await ReadyPeersAsync(options);
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, {RedisServer.Version()}");
        foreach (var peer in peers)
            Console.WriteLine($"  {peer.Name,-10} {peer.Description}");
        foreach (var section in Section.All.Where(s => options.Wants(s.Name)))
        {
            var started = System.Diagnostics.Stopwatch.StartNew();
            Console.WriteLine();
            await section.RunAsync(new Bench(options, peers));
            Console.WriteLine($"({section.Name}: {started.Elapsed.TotalSeconds:F0} s)");
        }
        return 0;
    }

    private static async Task<IReadOnlyList<Peer>> ReadyPeersAsync(BenchOptions options)
    {
        var ready = new List<Peer>();
        foreach (var peer in Peer.All.Where(p => options.Peers.Count == 0 || p == Peer.Stock || options.Peers.Contains(p.Name)))
        {
            if (await peer.PrepareAsync() is { } missing)
                Console.WriteLine($"without {peer.Name}: {missing}");
            else
                ready.Add(peer);
        }
        return ready;
    }
}

/// <summary>What a section is given.</summary>
/// <param name="Peers">Stock first.</param>
internal sealed record Bench(BenchOptions Options, IReadOnlyList<Peer> Peers)
{
    /// <summary>Peers in turn, round after round; the medians of each peer's figures.</summary>
    public Task<IReadOnlyDictionary<Peer, Figures>> InTurnAsync(IEnumerable<Peer> peers, Func<Peer, Task<Figures>> measure) =>
        Rounds.InTurnAsync(Options.Runs, peers, measure);
}
