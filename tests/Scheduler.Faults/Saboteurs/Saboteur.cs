namespace Scheduler.Faults.Saboteurs;

/// <summary>One way to break the product, as text edits of its sources: so nothing of it is ever part of a normal build.</summary>
/// <param name="Why">What is broken, in a sentence.</param>
/// <param name="Arguments">The campaign that must notice.</param>
/// <param name="Expected">Rules of the checker, one of which must be found broken.</param>
internal sealed record Saboteur(string Name, string Why, IReadOnlyList<string> Arguments, IReadOnlyList<string> Expected, IReadOnlyList<SourceEdit> Edits)
{
    public const string Extension = ".saboteur";

    /// <summary>All of them, from their files.</summary>
    public static IReadOnlyList<Saboteur> All(string repository) =>
        [.. Directory.GetFiles(Path.Combine(repository, "tests", "Scheduler.Faults", "Saboteurs"), "*" + Extension).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Where the text that it replaces is not found exactly once: the code has changed, and the saboteur must follow.</summary>
    public IEnumerable<string> Misfits(string repository) =>
        from edit in Edits
        let count = Occurrences(File.ReadAllText(Path.Combine(repository, edit.File)), edit.Old)
        where count != 1
        select $"{Name}: {edit.File} holds {count} times: {edit.Old}";

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private static Saboteur Read(string path)
    {
        var (why, file, old) = ("", "", "");
        IReadOnlyList<string> arguments = [], expected = [];
        var edits = new List<SourceEdit>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 2))
        {
            var (word, rest) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            switch (word)
            {
                case "#": why = rest; break;
                case "run": arguments = rest.Split(' '); break;
                case "expect": expected = rest.Split(' '); break;
                case "file": file = rest; break;
                case "-": old = rest; break;
                case "+": edits.Add(new SourceEdit(file, old, rest)); break;
                default: throw new FormatException($"{path}: {line}");
            }
        }
        return new Saboteur(Path.GetFileNameWithoutExtension(path), why, arguments, expected, edits);
    }
}

/// <param name="File">From the repository's root.</param>
/// <param name="Old">Found exactly once.</param>
internal sealed record SourceEdit(string File, string Old, string New);
