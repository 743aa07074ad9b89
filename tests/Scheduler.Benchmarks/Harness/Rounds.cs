using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Harness;

/// <summary>Rival, ours, rival, ours: whatever else happens on the machine meets all of them.</summary>
internal static class Rounds
{
    public static async Task<IReadOnlyDictionary<Peer, Figures>> InTurnAsync(int rounds, IEnumerable<Peer> peers, Func<Peer, Task<Figures>> measure)
    {
        var found = peers.ToDictionary(p => p, _ => new List<Figures>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (peer, figures) in found)
                figures.Add(await measure(peer));
        }
        return found.ToDictionary(f => f.Key, f => Figures.MedianOf(f.Value));
    }
}
