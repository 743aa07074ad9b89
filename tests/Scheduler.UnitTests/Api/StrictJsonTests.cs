using System.Text;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.UnitTests.Api;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"A":2}""")]
    [InlineData("\"\\ud83d\\ude00\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData(" [] ")]
    public void Sound_json_is_read(string json) => Assert.Null(FaultOf(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{", "is not valid JSON at line 1, byte 2")]
    [InlineData("{}{}", "is not valid JSON")]
    [InlineData("[1,]", "is not valid JSON")]
    [InlineData("[1] // no", "is not valid JSON")]
    [InlineData("NaN", "is not valid JSON")]
    [InlineData("""{"a":1,"a":1}""", "names a member twice")]
    [InlineData("""{"a":1,"\u0061":1}""", "names a member twice")]
    [InlineData("\"\\ud83d\"", "half a surrogate pair")]
    [InlineData("""{"\udc00":1}""", "half a surrogate pair")]
    [InlineData("\uFEFF{}", "byte-order mark")]
    public void Broken_json_is_told_apart(string json, string fault) => Assert.Contains(fault, FaultOf(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Bytes_that_are_no_text_are_refused() => Assert.Equal("is not valid UTF-8", FaultOf([(byte)'"', 0xC0, 0xAF, (byte)'"']));

    [Fact]
    public void Depth_is_counted_to_the_level()
    {
        Assert.Null(FaultOf(Nested(32)));
        Assert.Equal("is nested deeper than 32 levels", FaultOf(Nested(33)));
        Assert.Contains("is not valid JSON", FaultOf(Nested(100_000)));
    }

    private static byte[] Nested(int levels) => Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels));

    private static string? FaultOf(byte[] json)
    {
        var parsed = StrictJson.TryParse(json, JsonBody.MaxDepth, out var document, out var fault);
        document?.Dispose();
        Assert.Equal(parsed, fault is null);
        return fault;
    }
}
