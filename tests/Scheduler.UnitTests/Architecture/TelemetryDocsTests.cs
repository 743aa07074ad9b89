using System.Text.RegularExpressions;

namespace Scheduler.UnitTests.Architecture;

/// <summary>Names of instruments are part of the contract, so each is written down.</summary>
public sealed partial class TelemetryDocsTests
{
    [Fact]
    public void Every_instrument_has_a_row()
    {
        var text = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "docs", "telemetry.md"));
        var names = ArchitectureTests.Sources("*.cs").SelectMany(f => Instrument().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).ToList();

        Assert.True(names.Count >= 10, "the instruments were not found");
        Assert.DoesNotContain(names, n => !text.Contains($"`{n}`", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\.Create(?:Observable)?(?:Counter|UpDownCounter|Histogram|Gauge)(?:<\w+>)?\(\s*""([a-z_.]+)""")]
    private static partial Regex Instrument();
}
