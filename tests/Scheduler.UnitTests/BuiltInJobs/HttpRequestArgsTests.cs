using System.Text.Json;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.BuiltInJobs;

public sealed class HttpRequestArgsTests
{
    private static readonly JobTypeDescriptor Type = JobTypeScanner.Describe(typeof(HttpRequestJob));

    private static IReadOnlyDictionary<string, string[]> Check(string json) => Type.Validate(JsonElement.Parse(json));

    [Theory]
    [InlineData("""{"url":"https://example.org/hook"}""")]
    [InlineData("""{"url":"http://example.org:8080/a?b=c#d","method":"POST","body":"text","headers":{"X-One":"1","Content-Type":"text/csv"}}""")]
    [InlineData("""{"url":"https://example.org","method":"PUT","body":{"any":["json",1,null]},"timeout":"PT5S","expectStatus":[200,404]}""")]
    [InlineData("""{"url":"https://example.org","headers":null,"body":null,"timeout":null,"expectStatus":null}""")]
    public void Validate_accepts(string json) => Assert.Empty(Check(json));

    [Theory]
    [InlineData("""{}""", "/url")]
    [InlineData("""{"url":""}""", "/url")]
    [InlineData("""{"url":"/hook"}""", "/url")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "/url")]
    [InlineData("""{"url":"ftp://example.org/"}""", "/url")]
    [InlineData("""{"url":"gopher://example.org/"}""", "/url")]
    [InlineData("""{"url":"http://user:secret@example.org/"}""", "/url")]
    [InlineData("""{"url":"http://example.org:0/"}""", "/url")]
    [InlineData("""{"url":"https://example.org","method":"TRACE"}""", "/method")]
    [InlineData("""{"url":"https://example.org","method":"GET\r\nX: y"}""", "/method")]
    [InlineData("""{"url":"https://example.org","method":"GET","body":"x"}""", "/body")]
    [InlineData("""{"url":"https://example.org","headers":{"X":"a\r\nInjected: 1"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"X\r\nY":"a"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"":"a"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"X":"caf\u00e9"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"host":"other.example"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"Transfer-Encoding":"chunked"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","headers":{"content-length":"3"}}""", "/headers")]
    [InlineData("""{"url":"https://example.org","timeout":"PT0S"}""", "/timeout")]
    [InlineData("""{"url":"https://example.org","timeout":"P2D"}""", "/timeout")]
    [InlineData("""{"url":"https://example.org","expectStatus":[]}""", "/expectStatus")]
    [InlineData("""{"url":"https://example.org","expectStatus":[99]}""", "/expectStatus")]
    [InlineData("""{"url":"https://example.org","verify":false}""", "/verify")]
    public void Validate_refuses(string json, string at) => Assert.Contains(at, Check(json).Keys);
}
