using System.Text.Json;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults;

/// <summary>Writes the history of one campaign: one file for each kind of line, and one for each subscriber.</summary>
internal sealed class Recorder(string folder) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Lock gate = new();
    private readonly Dictionary<string, StreamWriter> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> faults = new(StringComparer.Ordinal);

    public string Folder { get; } = folder;

    /// <summary>How often each kind of fault was done so far.</summary>
    public Dictionary<string, int> Faults
    {
        get
        {
            lock (gate)
                return new(faults, StringComparer.Ordinal);
        }
    }

    /// <summary>Processes killed so far.</summary>
    public int Kills => Faults.Where(f => f.Key.EndsWith("-kill", StringComparison.Ordinal) && f.Key != "client-kill").Sum(f => f.Value);

    public void Call(CallLine line) => Write("calls", line);

    public void Process(ProcessLine line) => Write("processes", line);

    public void Event(string subscriber, EventLine line) => Write("events-" + subscriber, line);

    public void Log(EventLine line) => Write("log", line);

    public void Job(JobLine line) => Write("jobs", line);

    public void Key(KeyLine line) => Write("census", line);

    public void Run(RunLine line) => File.WriteAllText(Path.Combine(Folder, "run.json"), JsonSerializer.Serialize(line, Json));

    /// <summary>Records a fault from here to the disposal of what it gives.</summary>
    public IDisposable Fault(string fault, string? target = null, int? pid = null, string? note = null)
    {
        lock (gate)
            faults[fault] = faults.GetValueOrDefault(fault) + 1;
        Write("faults", new FaultLine(Monotonic.Now, fault, "begin", target, pid, note));
        return new End(() => Write("faults", new FaultLine(Monotonic.Now, fault, "end", target, pid, null)));
    }

    public void Flush()
    {
        lock (gate)
        {
            foreach (var file in files.Values)
                file.Flush();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var file in files.Values)
                file.Dispose();
            files.Clear();
        }
    }

    private void Write<T>(string name, T line)
    {
        var text = JsonSerializer.Serialize(line, Json);
        lock (gate)
        {
            if (!files.TryGetValue(name, out var file))
                files[name] = file = new StreamWriter(Path.Combine(Folder, name + ".jsonl"));
            file.WriteLine(text);
        }
    }

    private sealed class End(Action write) : IDisposable
    {
        public void Dispose() => write();
    }
}
