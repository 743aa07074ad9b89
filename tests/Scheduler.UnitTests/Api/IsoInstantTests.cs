using Scheduler.Web.Api.Bodies;

namespace Scheduler.UnitTests.Api;

public sealed class IsoInstantTests
{
    [Theory]
    [InlineData("2026-11-22T10:00:00Z", "2026-11-22T10:00:00.0000000+00:00")]
    [InlineData("2026-11-22T10:00:00.123456Z", "2026-11-22T10:00:00.1234560+00:00")]
    [InlineData("2026-11-22T10:00Z", "2026-11-22T10:00:00.0000000+00:00")]
    [InlineData("2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00.0000000+00:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.0000000+00:00")]
    public void Instants_with_an_offset_are_read_as_utc(string text, string expected)
    {
        Assert.True(IsoInstant.TryParse(text, out var instant));
        Assert.Equal(expected, instant.ToString("O"));
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22 10:00:00Z")]
    [InlineData("2026-11-22T24:00:00Z")]
    [InlineData("2026-11-22T10:00:60Z")]
    [InlineData("2026-02-30T10:00:00Z")]
    [InlineData("2026-11-22T10:00:00+15:00")]
    [InlineData("2026-11-22T10:00:00+0100")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("2026-11-22T10:00:00Z\n")]
    [InlineData("٢٠٢٦-11-22T10:00:00Z")]
    [InlineData("tomorrow")]
    [InlineData("")]
    public void Anything_else_is_refused(string text) => Assert.False(IsoInstant.TryParse(text, out _));
}
