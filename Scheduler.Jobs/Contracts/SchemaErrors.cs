using System.Collections.ObjectModel;
using System.Globalization;

namespace Scheduler.Jobs.Contracts;

/// <summary>
/// Collects what is wrong, by JSON pointer; bounded, so that a hostile document cannot make a huge answer. Where the check is in the
/// document is kept in pieces: most documents are right, and need no pointer.
/// </summary>
internal sealed class SchemaErrors
{
    private const int Most = 100;

    private readonly List<(string? Member, int Item)> path = [];
    private Dictionary<string, List<string>>? byPointer;
    private int count;

    public bool IsEmpty => count == 0;

    public void Enter(string member) => path.Add((member, 0));

    public void Enter(int item) => path.Add((null, item));

    public void Leave() => path.RemoveAt(path.Count - 1);

    /// <summary>Of the value the check has come to.</summary>
    public void Add(string message)
    {
        if (count < Most)
            Add(Pointer(), message);
    }

    /// <summary>Of a member of the value the check has come to.</summary>
    public void AddBelow(string member, string message)
    {
        if (count < Most)
            Add(Below(Pointer(), member), message);
    }

    public void Add(string pointer, string message)
    {
        if (count >= Most)
            return;
        count++;
        byPointer ??= [];
        if (byPointer.TryGetValue(pointer, out var messages))
            messages.Add(message);
        else
            byPointer[pointer] = [message];
    }

    public IReadOnlyDictionary<string, string[]> ToDictionary() =>
        byPointer is null ? ReadOnlyDictionary<string, string[]>.Empty : byPointer.ToDictionary(e => e.Key, e => e.Value.Distinct().ToArray());

    /// <summary>A pointer to a member; <c>~</c> and <c>/</c> are escaped as RFC 6901 wants.</summary>
    public static string Below(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private string Pointer() => path.Aggregate("", Below);

    private static string Below(string pointer, (string? Member, int Item) step) =>
        step.Member is { } member ? Below(pointer, member) : string.Create(CultureInfo.InvariantCulture, $"{pointer}/{step.Item}");
}
