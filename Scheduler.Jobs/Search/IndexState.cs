using StackExchange.Redis;

namespace Scheduler.Jobs.Search;

/// <summary>How the optional indexes of the search stand, as Redis said last.</summary>
/// <param name="Written">Those that scripts write, in order, with commas between; empty = none.</param>
/// <param name="Ready">Those that name every job.</param>
internal sealed record IndexState(string Written, IReadOnlySet<string> Ready)
{
    public static readonly IndexState Off = new("", new HashSet<string>());

    public static readonly IReadOnlyList<string> Fields = ["queue", "state", "type", "worker"];

    /// <summary>How one stands, alone or before the instant and the node that works on it: change_index.lua.</summary>
    public const string Whole = "ready", Building = "building", Dropping = "dropping";

    public static IndexState Read(HashEntry[] entries)
    {
        if (entries.Length == 0)
            return Off;
        var known = entries.Where(e => Fields.Contains(e.Name.ToString())).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        var written = known.Where(e => e.Value == Whole || e.Value.StartsWith(Building + " ", StringComparison.Ordinal)).Select(e => e.Key);
        return new IndexState(string.Join(',', written.Order(StringComparer.Ordinal)), known.Where(e => e.Value == Whole).Select(e => e.Key).ToHashSet());
    }
}
