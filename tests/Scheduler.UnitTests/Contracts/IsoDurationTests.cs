using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

public sealed class IsoDurationTests
{
    [Theory]
    [InlineData("PT30S", 30_000)]
    [InlineData("PT0S", 0)]
    [InlineData("PT0.25S", 250)]
    [InlineData("PT0.0009S", 0)]
    [InlineData("PT90M", 5_400_000)]
    [InlineData("P1DT2H3M4.5S", 93_784_500)]
    [InlineData("P366D", 31_622_400_000)]
    public void TryParse_reads_days_to_seconds(string text, long milliseconds)
    {
        Assert.True(IsoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P1M")]
    [InlineData("P1Y")]
    [InlineData("P2W")]
    [InlineData("-PT1S")]
    [InlineData("PT-1S")]
    [InlineData("PT1.S")]
    [InlineData("PT.5S")]
    [InlineData("PT1.5M")]
    [InlineData("PT30S\n")]
    [InlineData("pt30s")]
    [InlineData("30")]
    [InlineData("00:00:30")]
    [InlineData("P366DT1S")]
    [InlineData("P999999999D")]
    [InlineData("PT99999999999999S")]
    public void TryParse_refuses_the_rest(string? text) => Assert.False(IsoDuration.TryParse(text, out _));

    [Fact]
    public void Converter_writes_what_it_reads()
    {
        var json = JsonSerializer.Serialize(TimeSpan.FromSeconds(90.5), JobJson.Options);

        Assert.Equal("\"PT1M30.5S\"", json);
        Assert.Equal(TimeSpan.FromSeconds(90.5), JsonSerializer.Deserialize<TimeSpan>(json, JobJson.StrictOptions));
    }
}
