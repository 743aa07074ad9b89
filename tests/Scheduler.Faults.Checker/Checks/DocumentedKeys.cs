using System.Text.RegularExpressions;

namespace Scheduler.Faults.Checker.Checks;

/// <summary>The keys that docs/redis-keys.md describes: the names in the first column of its tables, <c>{...}</c> standing for anything.</summary>
internal sealed partial class DocumentedKeys
{
    private readonly Regex pattern;

    private DocumentedKeys(Regex pattern) => this.pattern = pattern;

    public static DocumentedKeys In(string guide)
    {
        var names = guide.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(l => Name().Matches(l[..l.IndexOf('|', 2)]).Select(m => m.Groups[1].Value));
        return new DocumentedKeys(new Regex($"^({string.Join('|', names.Select(PatternOf).Distinct())})$", RegexOptions.NonBacktracking));
    }

    public bool Contain(string key) => pattern.IsMatch(key);

    private static string PatternOf(string name) => Placeholder().Replace(Regex.Escape(name), ".+");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\\\{[^}]*\}")]
    private static partial Regex Placeholder();
}
