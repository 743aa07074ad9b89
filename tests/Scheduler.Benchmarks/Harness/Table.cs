using System.Globalization;

namespace Scheduler.Benchmarks.Harness;

/// <summary>A Markdown table on the console.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Print()
    {
        Console.WriteLine($"### {title}\n");
        var widths = columns.Select((c, i) => rows.Select(r => r[i].Length).Append(c.Length).Max()).ToArray();
        PrintRow(columns, widths);
        PrintRow([.. widths.Select((w, i) => i == 0 ? new string('-', w) : new string('-', w - 1) + ":")], widths);
        foreach (var row in rows)
            PrintRow(row, widths);
        Console.WriteLine();
    }

    /// <summary>A figure, and in brackets how many times the stock figure it is.</summary>
    public static string Ratio(double? value, double? stock) =>
        value is null ? "-" : stock is > 0 ? $"{Number(value)} ({(value / stock).Value.ToString(value / stock < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)}x)" : Number(value);

    public static string Number(double? value) => value switch
    {
        null => "-",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("F2", CultureInfo.InvariantCulture),
    };

    private static void PrintRow(IReadOnlyList<string> cells, int[] widths) =>
        Console.WriteLine("| " + string.Join(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))) + " |");
}
