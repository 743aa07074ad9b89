using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// The order in which a claim looks through the queues: as written where no item carries a weight,
/// else drawn anew for every claim, a queue of weight 5 coming first five times as often as one of weight 1.
/// </summary>
internal sealed partial class QueueOrder
{
    /// <summary>The largest weight an item may carry.</summary>
    public const int MaxWeight = 1000;

    private readonly int[]? weights;

    private QueueOrder(IReadOnlyList<string> names, int[]? weights)
    {
        Names = names;
        this.weights = weights;
    }

    /// <summary>All queues served, as written.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads items <c>name</c> or <c>name:weight</c>; one text may hold several, separated by commas.</summary>
    /// <param name="error">What is wrong, for a person; null where the items are sound.</param>
    public static bool TryParse(IEnumerable<string> items, [NotNullWhen(true)] out QueueOrder? order, [NotNullWhen(false)] out string? error)
    {
        order = null;
        var matches = items.SelectMany(item => item.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(text => (Text: text, Match: Item().Match(text)))
            .ToList();
        error = FindMistake(matches);
        if (error is not null)
            return false;

        string[] names = [.. matches.Select(m => m.Match.Groups["name"].Value)];
        var weighted = matches.Any(m => m.Match.Groups["weight"].Success);
        order = new QueueOrder(names, weighted ? [.. matches.Select(m => WeightOf(m.Match))] : null);
        return true;
    }

    public static QueueOrder Parse(IEnumerable<string> items) =>
        TryParse(items, out var order, out var error) ? order : throw new FormatException(error);

    /// <summary>The queues in the order of one claim.</summary>
    public IReadOnlyList<string> Next(Random random) => weights is null ? Names : Draw(weights, random);

    // The queue whose exponentially distributed arrival, at a rate equal to its weight, comes first, then the second, and so on.
    private string[] Draw(int[] rates, Random random)
    {
        var names = Names.ToArray();
        Array.Sort(Array.ConvertAll(rates, rate => -Math.Log(1 - random.NextDouble()) / rate), names);
        return names;
    }

    private static string? FindMistake(List<(string Text, Match Match)> items)
    {
        if (items.Count == 0)
            return "Scheduler:Worker:Queues must name at least one queue.";
        foreach (var (text, match) in items)
        {
            if (!match.Success)
                return $"Scheduler:Worker:Queues: '{text}' is no queue; write a name of a-z, 0-9, _ and - (at most 64), or name:weight.";
            if (WeightOf(match) is < 1 or > MaxWeight)
                return $"Scheduler:Worker:Queues: the weight of '{text}' must be between 1 and {MaxWeight}.";
        }

        var twice = items.GroupBy(i => i.Match.Groups["name"].Value, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? null : $"Scheduler:Worker:Queues names '{twice.Key}' twice.";
    }

    private static int WeightOf(Match match) => match.Groups["weight"] is { Success: true } weight
        ? int.Parse(weight.ValueSpan, CultureInfo.InvariantCulture)
        : 1;

    [GeneratedRegex("^(?<name>[a-z0-9_-]{1,64})(:(?<weight>[0-9]{1,6}))?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Item();
}
