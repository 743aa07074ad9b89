using System.Globalization;

namespace Scheduler.Jobs.Engine;

/// <summary>A place in the list of all jobs.</summary>
/// <param name="List">Number of the list; null = the newest, or unknown.</param>
/// <param name="Id">The job after which to go on; null = at the list's first.</param>
internal readonly record struct IndexPosition(long? List, string? Id)
{
    /// <summary>Reads <c>list.id</c>, <c>list.</c>, or an id alone, as pages that do not come from the index give it.</summary>
    public static IndexPosition Read(string? text)
    {
        if (text is null)
            return default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var list)
            ? new IndexPosition(list, dot + 1 < text.Length ? text[(dot + 1)..] : null)
            : new IndexPosition(null, text);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{List}.{Id}");
}
