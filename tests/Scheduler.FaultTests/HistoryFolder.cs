using System.Text.Json;
using Scheduler.Faults.Checker;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.FaultTests;

/// <summary>A small recorded history in which every promise holds; a test spoils one thing in it.</summary>
internal sealed class HistoryFolder : IDisposable
{
    private const string Epoch = "100";

    private readonly string folder = Directory.CreateTempSubdirectory("scheduler-history-").FullName;

    public RunLine Run { get; set; } = new(1, "ci", "always", 4_000, 1, 20, 20, 0, 10_000, 20_000, true, ["every-second"], [], "{t}:");

    public List<CallLine> Calls { get; } = [Ok("enqueue", "m1", "job1"), Ok("enqueue", "m2", "job2", key: "k2"), Ok("bulk", "x1 x2", "job3 job4"), Ok("schedule", "every-second", "")];

    public List<WitnessLine> Witnessed { get; } = [];

    public List<FaultLine> Faults { get; } = [];

    public List<ProcessLine> Processes { get; } = [new(0, "worker-0", 10, "start", null, true), new(0, "worker-1", 11, "start", null, true)];

    public List<EventLine> Log { get; } = [];

    public List<EventLine> Subscriber { get; } = [];

    public List<JobLine> Jobs { get; } = [];

    public List<KeyLine> Keys { get; } = [];

    public HistoryFolder()
    {
        foreach (var (id, marker, fence) in (ReadOnlySpan<(string, string, long)>)[("job1", "m1", 1), ("job2", "m2", 2), ("job3", "x1", 3), ("job4", "x2", 4)])
            AddJob(id, marker, fence);
        AddJob("tick1", "every-second", 5, scheduledFor: "2026-01-01T00:00:01.000Z");
        AddJob("tick2", "every-second", 6, scheduledFor: "2026-01-01T00:00:02.000Z");
    }

    public static CallLine Ok(string op, string markers, string ids, string? key = null) =>
        new(1_100, 1_000, "ok", op, markers.Split(' '), ids.Split(' ', StringSplitOptions.RemoveEmptyEntries), key, 202, "web-0");

    public void AddJob(string id, string marker, long fence, string? scheduledFor = null)
    {
        Witnessed.Add(Witness("start", id, marker, fence, at: 2_000));
        Witnessed.Add(Witness("done", id, marker, fence, at: 2_100));
        Jobs.Add(new JobLine(id, "succeeded", marker, scheduledFor is null ? null : marker, scheduledFor, null, fence, 1));
        AddCompletion(id, fence);
    }

    public static WitnessLine Witness(string what, string id, string marker, long fence, long at, int pid = 10) => new(at, what, id, marker, fence, 1, pid, null);

    public void AddCompletion(string id, long fence, string name = "job.succeeded")
    {
        var line = new EventLine(2_200, $"{Epoch}-{Log.Count + 1}", name, id, fence);
        Log.Add(line);
        Subscriber.Add(line);
    }

    /// <summary>Rules found broken.</summary>
    public IReadOnlyList<string> Broken()
    {
        File.WriteAllText(Path.Combine(folder, "run.json"), JsonSerializer.Serialize(Run, JsonSerializerOptions.Web));
        File.WriteAllText(Path.Combine(folder, History.KeyGuideName), "| `job:{id}` | hash |\n| `queue:{name}`, `queues` | list |\n");
        Write("calls", Calls);
        Write("witness-10", Witnessed);
        Write("faults", Faults);
        Write("processes", Processes);
        Write("log", Log);
        Write("events-a", Subscriber);
        Write("jobs", Jobs);
        Write("census", Keys);
        return [.. Verdict.On(folder).Findings.Select(f => f.Rule).Distinct()];
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write<T>(string name, IEnumerable<T> lines) =>
        File.WriteAllLines(Path.Combine(folder, name + ".jsonl"), lines.Select(l => JsonSerializer.Serialize(l, JsonSerializerOptions.Web)));
}
