using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>
/// The full key census: every key is one of those that the product documents, every job is in exactly the index of its state,
/// and no index names a job that does not exist. It holds at every moment in which no script runs, so also after any crash.
/// </summary>
public static class Census
{
    private static readonly HashSet<string> Final = ["Succeeded", "Failed", "Deleted"];

    /// <param name="rows">Every key below the prefix, without it.</param>
    /// <param name="keyGuide">The text of <c>docs/redis-keys.md</c>: a key that it describes is known.</param>
    /// <returns>What deviates, each as a sentence.</returns>
    public static IReadOnlyList<string> Deviations(IReadOnlyCollection<KeyLine> rows, string keyGuide)
    {
        var store = new Store(rows);
        return [.. Unknown(store, DocumentedKeys.In(keyGuide)), .. Jobs(store), .. Indexes(store), .. Idempotency(store)];
    }

    private static IEnumerable<string> Unknown(Store store, DocumentedKeys known) =>
        store.Rows.Keys.Where(k => !known.Contain(k)).Select(k => $"key {k} is none of the documented ones");

    private static IEnumerable<string> Jobs(Store store)
    {
        foreach (var (id, job) in store.Jobs)
        {
            var state = job.GetValueOrDefault("State");
            if (state is null)
            {
                yield return $"job {id} has no state: it was half written";
                continue;
            }
            if (store.Staged.Contains(id))
            {
                if (store.Places(id) is { Count: > 0 } visible)
                    yield return $"job {id} of a batch that is not committed can be seen";
                continue;
            }
            var places = store.Places(id);
            var expected = ExpectedPlace(state, job, id, store);
            // An id may stay behind in a queue that was too long to search, or twice in one; the claim drops what does not wait.
            if (expected is not null && !places.Contains(expected))
                yield return $"job {id} is {state} and not in {expected} but in [{string.Join(", ", places)}]";
            if (places.FirstOrDefault(p => p != expected && !p.StartsWith("queue:", StringComparison.Ordinal) && !p.StartsWith("parked:", StringComparison.Ordinal)) is { } wrong)
                yield return $"job {id} is {state} and also in {wrong}";
            if (!store.Index.Contains(id))
                yield return $"job {id} is not in the index of jobs";
        }
    }

    private static string? ExpectedPlace(string state, Dictionary<string, string> job, string id, Store store) => state switch
    {
        "Enqueued" => store.Places(id).FirstOrDefault(p => p.StartsWith("parked:", StringComparison.Ordinal)) ?? "queue:" + (job.GetValueOrDefault("Queue") ?? "default"),
        "Scheduled" => "schedule",
        "Processing" => "leases",
        "Awaiting" => "awaiting",
        _ when Final.Contains(state) => "final:" + state,
        _ => null,
    };

    // The index of all jobs is cleaned behind the jobs: it may name some that are gone.
    private static IEnumerable<string> Indexes(Store store)
    {
        foreach (var (key, id) in store.Members.Where(m => !store.Jobs.ContainsKey(m.Id)))
            yield return $"{key} names job {id}, which does not exist";
    }

    private static IEnumerable<string> Idempotency(Store store)
    {
        foreach (var (key, row) in store.Rows.Where(r => r.Key.StartsWith("idem:", StringComparison.Ordinal)))
        {
            if (row.TtlMs < 0)
                yield return $"{key} never goes away";
            foreach (var id in Store.Map(row).GetValueOrDefault("ids", "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(id => !store.Jobs.ContainsKey(id)))
                yield return $"{key} names job {id}, which does not exist";
        }
    }

    private sealed class Store
    {
        private readonly ILookup<string, string> places;

        public Store(IReadOnlyCollection<KeyLine> rows)
        {
            Rows = rows.ToDictionary(r => r.Key);
            Jobs = rows.Where(r => r.Key.StartsWith("job:", StringComparison.Ordinal) && r.Type == "hash" && !r.Key.EndsWith(":logs", StringComparison.Ordinal))
                .ToDictionary(r => r.Key["job:".Length..], Map);
            Index = rows.Where(r => r.Type == "list" && (r.Key == "jobs" || r.Key.StartsWith("jobs:", StringComparison.Ordinal))).SelectMany(r => r.Values).ToHashSet();
            Staged = rows.Where(r => r.Type == "list" && r.Key.StartsWith("staged:", StringComparison.Ordinal) && !r.Key.EndsWith(":events", StringComparison.Ordinal))
                .SelectMany(r => r.Values).SelectMany(group => group.Split('\n')[^1].Split(' ')).ToHashSet();
            Members = [.. InState(), .. rows.Where(r => r.Type == "zset" && r.Key.StartsWith("tag:", StringComparison.Ordinal) || r.Key.StartsWith("runs:", StringComparison.Ordinal)).SelectMany(r => Scored(r.Key).Select(id => (r.Key, id)))];
            places = InState().ToLookup(m => m.Id, m => m.Key);
        }

        public Dictionary<string, KeyLine> Rows { get; }
        public Dictionary<string, Dictionary<string, string>> Jobs { get; }
        public HashSet<string> Index { get; }

        /// <summary>Jobs of batches that are not committed.</summary>
        public HashSet<string> Staged { get; }

        /// <summary>Every mention of a job in an index, with the index's key.</summary>
        public List<(string Key, string Id)> Members { get; }

        /// <summary>The keys that say in which state a job is.</summary>
        public IReadOnlyList<string> Places(string id) => [.. places[id].Distinct()];

        public static Dictionary<string, string> Map(KeyLine row) => row.Values.Chunk(2).ToDictionary(p => p[0], p => p[1]);

        private IEnumerable<(string Key, string Id)> InState()
        {
            foreach (var key in Rows.Keys.Where(k => k is "schedule" or "leases" or "awaiting" || k.StartsWith("final:", StringComparison.Ordinal)))
            {
                foreach (var id in Scored(key))
                    yield return (key, id);
            }
            foreach (var row in Rows.Values.Where(r => r.Type == "list" && (r.Key.StartsWith("queue:", StringComparison.Ordinal) || r.Key.StartsWith("parked:", StringComparison.Ordinal))))
            {
                foreach (var id in row.Values)
                    yield return (row.Key, id);
            }
        }

        private IEnumerable<string> Scored(string key) => Rows.TryGetValue(key, out var row) && row.Type == "zset" ? row.Values.Chunk(2).Select(p => p[0]) : [];
    }
}
