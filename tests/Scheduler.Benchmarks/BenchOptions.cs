using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Scheduler.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    private static string Usage => $"""
        dotnet run -c Release --project tests/Scheduler.Benchmarks -- [options]
          --quick           small counts, one round: about two minutes
          --only a,b        these sections: {string.Join(", ", Sections.Section.All.Select(s => s.Name))}
          --peers a,b       these peers, stock always among them: {string.Join(", ", Benchmarks.Peers.Peer.All.Select(p => p.Name))}
          --runs n          rounds, in turn; the table shows medians (default 3)
          --scale x         counts times x (default 1)
        """;

    public bool Quick { get; private init; }
    public IReadOnlyList<string> Only { get; private init; } = [];
    public IReadOnlyList<string> Peers { get; private init; } = [];
    public int Runs { get; private init; } = 3;
    public double Scale { get; private init; } = 1;

    /// <summary>A count in the full and in the quick form, scaled.</summary>
    public int Count(int full, int quick) => Math.Max(1, (int)((Quick ? quick : full) * Scale));

    public bool Wants(string section) => Only.Count == 0 || Only.Contains(section);

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        problem = null;
        try
        {
            options = Parse(args);
            return true;
        }
        catch (FormatException wrong)
        {
            problem = wrong.Message + "\n" + Usage;
            return false;
        }
    }

    private static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" => options with { Quick = true, Runs = 1 },
                "--only" => options with { Only = List(args, ++i) },
                "--peers" => options with { Peers = List(args, ++i) },
                "--runs" => options with { Runs = int.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                "--scale" => options with { Scale = double.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                var other => throw new FormatException($"What is {other}?"),
            };
        }
        return options;
    }

    private static string[] List(string[] args, int at) => Value(args, at).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Value(string[] args, int at) => at < args.Length ? args[at] : throw new FormatException($"{args[at - 1]} wants a value.");
}
