using System.Globalization;
using System.Text.RegularExpressions;
using Scheduler.Faults.Cluster;
using StackExchange.Redis;

namespace Scheduler.Faults.Observation;

/// <summary>
/// How long the jobs that two processes died with need by the product's own rule, one at a time on each worker: so much longer than for
/// other jobs is the patience, and no longer.
/// </summary>
internal static partial class SuspectWork
{
    private const int SuspectAfter = 2;

    // By then the leases of what died last have run out too.
    private static readonly TimeSpan LastLeases = 2 * NodeSettings.Lease;

    public static async Task<TimeSpan> MeasureAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        await Task.Delay(LastLeases, cancellationToken);
        var database = fleet.Admin.GetDatabase();
        var left = TimeSpan.Zero;
        foreach (var chunk in (await OpenJobsAsync(fleet, database)).Chunk(500))
        {
            foreach (var job in await Task.WhenAll(chunk.Select(id => database.HashGetAllAsync($"{NodeSettings.Prefix}job:{id}"))))
                left += LengthOf(job);
        }
        return left / fleet.Nodes.Count(n => n.IsWorker);
    }

    private static async Task<HashSet<string>> OpenJobsAsync(Fleet fleet, IDatabase database)
    {
        var found = (await database.SortedSetRangeByRankAsync(NodeSettings.Prefix + "leases")).Select(v => v.ToString()).ToHashSet();
        await foreach (var key in fleet.Primary.KeysAsync(pattern: "*}:*:*", pageSize: 1000))
        {
            var name = key.ToString()[NodeSettings.Prefix.Length..];
            if (name.StartsWith("queue:", StringComparison.Ordinal) || name.StartsWith("parked:", StringComparison.Ordinal))
                found.UnionWith((await database.ListRangeAsync(key)).Select(v => v.ToString()));
        }
        return found;
    }

    private static TimeSpan LengthOf(HashEntry[] job) =>
        job.FirstOrDefault(e => e.Name == "Lost").Value is { IsNull: false } lost && (int)lost >= SuspectAfter
            && Length().Match(string.Concat(job.Where(e => e.Name.StartsWith("Call")).Select(e => e.Value))) is { Success: true } match
            ? TimeSpan.FromMilliseconds(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;

    [GeneratedRegex("""
        "ms":(\d+)
        """)]
    private static partial Regex Length();
}
