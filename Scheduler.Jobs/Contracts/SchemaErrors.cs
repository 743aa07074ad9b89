using System.Collections.ObjectModel;

namespace Scheduler.Jobs.Contracts;

/// <summary>Collects what is wrong, by JSON pointer; bounded, so that a hostile document cannot make a huge answer.</summary>
internal sealed class SchemaErrors
{
    private const int Most = 100;

    // Most documents are right: they get along without.
    private Dictionary<string, List<string>>? byPointer;
    private int count;

    public bool IsEmpty => count == 0;

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
}
