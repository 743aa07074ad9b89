using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("""{"url":"https://x","headers":{"Authorization":"Bearer 1","Accept":"a"}}""", """{"url":"https://x","headers":{"Authorization":"***","Accept":"a"}}""")]
    [InlineData("""{"password":"p","apiKey":"k","api_key":1,"Set-Cookie":["a"],"clientSecret":{"a":1}}""", """{"password":"***","apiKey":"***","api_key":"***","Set-Cookie":"***","clientSecret":"***"}""")]
    [InlineData("""[{"deep":[{"token":"t"}]}]""", """[{"deep":[{"token":"***"}]}]""")]
    public void What_speaks_of_a_secret_is_hidden(string json, string shown) => Assert.Equal(shown, Redaction.Of(json));

    [Theory]
    [InlineData("""{"customer":"abc", "n": 1.50}""")]
    [InlineData("""{"hasPassword":true,"token":null}""")]
    [InlineData("no json with a password")]
    public void Everything_else_is_shown_as_it_is(string json) => Assert.Equal(json, Redaction.Of(json));
}
