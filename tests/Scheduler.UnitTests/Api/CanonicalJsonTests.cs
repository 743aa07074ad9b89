using System.Text;
using System.Text.Json;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.UnitTests.Api;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ], "a" : 1.0 } """)]
    [InlineData("""{"a":"é/"}""", """{"a":"\u00e9\/"}""")]
    [InlineData("100", "1e2")]
    [InlineData("100", "1000e-1")]
    [InlineData("0.5", "5E-1")]
    [InlineData("-0", "0.0")]
    [InlineData("0e5", "0")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890.0")]
    [InlineData("1e400", "10e399")]
    [InlineData("1e+5", "1E05")]
    public void Equal_values_have_one_form(string one, string other) => Assert.Equal(Canonical(one), Canonical(other));

    [Theory]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("1", "-1")]
    [InlineData("1", "\"1\"")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("9007199254740992", "9007199254740993")]
    [InlineData("1e9999999999999999", "1e-9999999999999999")]
    [InlineData("12", "[1,2]")]
    public void Other_values_have_other_forms(string one, string other) => Assert.NotEqual(Canonical(one), Canonical(other));

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement));
    }
}
