namespace Scheduler.Faults.Checker.Recorded;

// One record for each kind of line in the recorded files. T is always the machine's monotonic clock in milliseconds.

/// <summary>One request of the load generator, as the caller saw it.</summary>
/// <param name="Phase"><c>ok</c> (acknowledged), <c>fail</c> (surely not done), <c>unknown</c> (no answer, or 503: it may have happened).</param>
/// <param name="Op"><c>enqueue</c>, <c>bulk</c>, <c>cancel</c>, <c>requeue</c>, <c>schedule</c>.</param>
/// <param name="Markers">The jobs it is about.</param>
/// <param name="Ids">Ids that the answer named, in the order of <paramref name="Markers"/>.</param>
/// <param name="Began">When it was sent; T is when its outcome was known.</param>
/// <param name="Level">What the acceptance said that it survives.</param>
public sealed record CallLine(long T, long Began, string Phase, string Op, string[] Markers, string[] Ids, string? Key, int Status, string Node, string? Level = null);

/// <summary>What a handler did, written by the worker's process itself.</summary>
public sealed record WitnessLine(long T, string What, string Job, string Marker, long Fence, int Attempt, int Pid, long? ScheduledFor);

/// <summary>A fault, with its two ends.</summary>
/// <param name="Target">The node it was done to; null = Redis, so everybody.</param>
/// <param name="Pid">The process it was done to, where it was one.</param>
public sealed record FaultLine(long T, string Fault, string Phase, string? Target, int? Pid, string? Note);

/// <summary>A process of the campaign started or ended.</summary>
/// <param name="Expected">False where nobody asked it to end.</param>
public sealed record ProcessLine(long T, string Node, int Pid, string Phase, int? ExitCode, bool Expected);

/// <summary>One event as a reader of the stream got it; <c>gap</c> and <c>connect</c> are said by the stream and by the reader.</summary>
/// <param name="Id"><c>epoch-sequence</c>; of a <c>connect</c> the id it resumed from.</param>
public sealed record EventLine(long T, string? Id, string Event, string? Job, long? Fence);

/// <summary>A job as the API showed it at the end.</summary>
public sealed record JobLine(string Id, string State, string? Marker, string? RecurringId, string? ScheduledFor, string? ErrorType, long? Fence, int Attempt);

/// <summary>A key of the store at the end, with its whole value: hash = name, value...; sorted set = member, score...; list and set = members.</summary>
public sealed record KeyLine(string Key, string Type, string[] Values, long TtlMs);

/// <summary>What the campaign was, and what it measured itself.</summary>
public sealed record RunLine(
    int Seed, string Tier, string Fsync, long LeaseMs, long MisfireAll, double BaselineCommandsPerSecond, double FinalCommandsPerSecond,
    long FaultsBegan, long FaultsEnded, long QuietAt, bool BecameQuiet, string[] SeriesOfSchedules, Dictionary<string, int> Faults, string Prefix);
