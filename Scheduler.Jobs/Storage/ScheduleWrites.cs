using Scheduler.Jobs.Recurring;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// What a Hangfire client may write of a schedule that the API made. It computes the next instant from the one cron it knows;
/// unless it takes the schedule over, that instant is left out.
/// </summary>
internal sealed class ScheduleWrites(JobMemory memory)
{
    private const string HashName = "recurring-job:";

    private readonly HashSet<string> takenOver = new(StringComparer.Ordinal);

    /// <summary>The schedule whose hash this is; null for other names.</summary>
    public static string? IdOf(string key) => key.StartsWith(HashName, StringComparison.Ordinal) ? key[HashName.Length..] : null;

    public IEnumerable<KeyValuePair<string, string>> ToHash(string key, IEnumerable<KeyValuePair<string, string>> fields)
    {
        if (IdOf(key) is not { } id || !memory.IsScheduleOfApi(id))
            return fields;
        KeyValuePair<string, string>[] all = [.. fields];
        if (all.Any(f => ScheduleFields.IsOfFace(f.Key)))
            takenOver.Add(id);
        return KeepsItsInstant(id) ? all.Where(f => f.Key != ScheduleFields.NextExecution) : all;
    }

    public bool KeepsItsInstant(string id) => memory.IsScheduleOfApi(id) && !takenOver.Contains(id);
}
