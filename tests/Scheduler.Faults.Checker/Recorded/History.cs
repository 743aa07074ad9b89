using System.Text.Json;

namespace Scheduler.Faults.Checker.Recorded;

/// <summary>Everything that was recorded about one campaign. The checker knows nothing else.</summary>
public sealed class History
{
    /// <summary>The copy of docs/redis-keys.md among the recorded files.</summary>
    public const string KeyGuideName = "redis-keys.md";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<int, Interval[]> byPid;
    private readonly Dictionary<int, (long From, long To)[]> blocked;

    private History(string folder)
    {
        Run = JsonSerializer.Deserialize<RunLine>(File.ReadAllText(Path.Combine(folder, "run.json")), Json)!;
        Calls = Read<CallLine>(folder, "calls*.jsonl");
        Witnessed = [.. Read<WitnessLine>(folder, "witness-*.jsonl").OrderBy(w => w.T)];
        Processes = Read<ProcessLine>(folder, "processes.jsonl");
        Log = Read<EventLine>(folder, "log.jsonl");
        Jobs = Read<JobLine>(folder, "jobs.jsonl").DistinctBy(j => j.Id).ToDictionary(j => j.Id);
        Keys = Read<KeyLine>(folder, "census.jsonl");
        KeyGuide = File.ReadAllText(Path.Combine(folder, KeyGuideName));
        Subscribers = Directory.GetFiles(folder, "events-*.jsonl").Order(StringComparer.Ordinal).ToDictionary(
            f => Path.GetFileNameWithoutExtension(f), f => Parse<EventLine>(f));
        Faults = Intervals(Read<FaultLine>(folder, "faults.jsonl"));
        Starts = Witnessed.Where(w => w.What is "start" or "crash").GroupBy(w => w.Job).ToDictionary(g => g.Key, g => g.OrderBy(w => w.Fence).ToArray());
        blocked = Blocked(Witnessed);
        byPid = Faults.Where(f => f.Pid is not null).GroupBy(f => f.Pid!.Value).ToDictionary(g => g.Key, g => g.ToArray());
    }

    public RunLine Run { get; }
    public IReadOnlyList<CallLine> Calls { get; }
    public IReadOnlyList<WitnessLine> Witnessed { get; }
    public IReadOnlyList<ProcessLine> Processes { get; }

    /// <summary>The event log, read through the API when all was quiet.</summary>
    public IReadOnlyList<EventLine> Log { get; }

    public IReadOnlyDictionary<string, JobLine> Jobs { get; }
    public IReadOnlyList<KeyLine> Keys { get; }

    /// <summary>What the product says about its keys.</summary>
    public string KeyGuide { get; }

    public IReadOnlyDictionary<string, IReadOnlyList<EventLine>> Subscribers { get; }
    public IReadOnlyList<Interval> Faults { get; }

    /// <summary>Witnessed starts of each job by fencing token.</summary>
    public IReadOnlyDictionary<string, WitnessLine[]> Starts { get; }

    /// <summary>True where a handler that blocks its thread ran in the process at some time between the two.</summary>
    public bool WasStarved(int pid, long from, long to) => blocked.GetValueOrDefault(pid)?.Any(b => b.From <= to && b.To >= from) == true;

    public static History Load(string folder) => new(folder);

    /// <summary>Faults done to this very process.</summary>
    public IEnumerable<Interval> FaultsOf(int pid) => byPid.GetValueOrDefault(pid) ?? [];

    /// <summary>Instants at which Redis was killed: only before these may an acknowledged write be lost, and only where its file is not synced at every write.</summary>
    public IEnumerable<Interval> RedisKills => Faults.Where(f => f.Fault is "redis-kill" or "redis-failover");

    /// <summary>Primaries that were frozen while another one took over: what they acknowledge afterwards is lost.</summary>
    public IEnumerable<Interval> Freezes => Faults.Where(f => f.Fault is "primary-freeze");

    // Until its end; one that died with its process has none, and the process no later jobs.
    private static Dictionary<int, (long From, long To)[]> Blocked(IReadOnlyList<WitnessLine> witnessed)
    {
        var ends = witnessed.Where(w => w.What == "done").ToLookup(w => (w.Pid, w.Job, w.Fence));
        return witnessed.Where(w => w.What == "blocks").GroupBy(w => w.Pid)
            .ToDictionary(g => g.Key, g => g.Select(w => (w.T, ends[(w.Pid, w.Job, w.Fence)].FirstOrDefault()?.T ?? long.MaxValue)).ToArray());
    }

    private static Interval[] Intervals(IReadOnlyList<FaultLine> lines)
    {
        var found = new List<Interval>();
        foreach (var begin in lines.Where(l => l.Phase == "begin"))
        {
            var end = lines.FirstOrDefault(l => l.Phase == "end" && l.Fault == begin.Fault && l.Target == begin.Target && l.T >= begin.T);
            found.Add(new Interval(begin.Fault, begin.Target, begin.Pid, begin.T, end?.T ?? long.MaxValue));
        }
        return [.. found];
    }

    private static List<T> Read<T>(string folder, string pattern) =>
        [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).SelectMany(Parse<T>)];

    // A process killed in the middle of a write leaves a last line without its end.
    private static IReadOnlyList<T> Parse<T>(string file)
    {
        var lines = new List<T>();
        foreach (var line in File.ReadLines(file).Where(l => l.Length > 0))
        {
            try
            {
                lines.Add(JsonSerializer.Deserialize<T>(line, Json)!);
            }
            catch (JsonException) when (!line.EndsWith('}'))
            {
                break;
            }
        }
        return lines;
    }
}

/// <param name="From">Milliseconds of the monotonic clock; a fault without an end lasts for ever.</param>
public sealed record Interval(string Fault, string? Target, int? Pid, long From, long To)
{
    public bool Touches(long from, long to) => From <= to && To >= from;
}
