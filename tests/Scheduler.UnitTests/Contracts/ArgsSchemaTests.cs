using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Contracts;

public sealed class ArgsSchemaTests
{
    private static readonly JsonObject Schema = ArgsSchema.Of(typeof(SampleArgs))!;

    private static JsonObject Member(string name) => Schema["properties"]![name]!.AsObject();

    [Fact]
    public void Of_a_record_requires_what_it_cannot_do_without()
    {
        Assert.Equal(["confirmed", "copies", "customer"], Schema["required"]!.AsArray().Select(n => (string?)n).Order(StringComparer.Ordinal));
        Assert.False((bool)Schema["additionalProperties"]!);
        Assert.Equal("object", (string?)Schema["type"]);
    }

    [Fact]
    public void Description_lengths_and_ranges_come_from_attributes()
    {
        Assert.Equal("Whom it is for.", (string?)Member("customer")["description"]);
        Assert.Equal(2, (int)Member("customer")["minLength"]!);
        Assert.Equal(5, (int)Member("customer")["maxLength"]!);
        Assert.Equal("1", Member("copies")["minimum"]!.ToJsonString());
        Assert.Equal("10", Member("copies")["maximum"]!.ToJsonString());
        Assert.Equal("^(?:[a-z]+)$", (string?)Member("code")["pattern"]);
        Assert.Equal("""["a","b",null]""", Member("choice")["enum"]!.ToJsonString());
    }

    [Fact]
    public void Enums_are_words() => Assert.Contains("""["small","veryLarge"]""", Member("size").ToJsonString());

    [Fact]
    public void Durations_links_and_instants_are_text_with_a_format()
    {
        Assert.Equal("duration", (string?)Member("wait")["format"]);
        Assert.Equal("""["string","null"]""", Member("wait")["type"]!.ToJsonString());
        Assert.Equal("uri", (string?)Member("link")["format"]);
        Assert.Equal("date-time", (string?)Member("at")["format"]);
    }

    [Theory]
    [InlineData(typeof(JsonElement))]
    [InlineData(typeof(JsonNode))]
    [InlineData(typeof(JsonObject))]
    [InlineData(typeof(object))]
    public void Free_arguments_are_any_object(Type type) => Assert.Equal("""{"type":"object"}""", ArgsSchema.Of(type)!.ToJsonString());

    private sealed record WithStructDefault(TimeSpan Wait = default);

    [Fact]
    public void A_record_that_cannot_be_described_is_refused_in_words() =>
        Assert.Contains("make it nullable", Assert.Throws<ConfigurationException>(() => ArgsSchema.Of(typeof(WithStructDefault))).Message, StringComparison.Ordinal);

    [Fact]
    public void No_arguments_are_an_empty_object()
    {
        var schema = ArgsSchema.Of(typeof(NoArgs))!;

        Assert.Equal("object", (string?)schema["type"]);
        Assert.False((bool)schema["additionalProperties"]!);
    }

    [Theory]
    [InlineData(typeof(string))]
    [InlineData(typeof(int))]
    [InlineData(typeof(int[]))]
    [InlineData(typeof(List<SampleItem>))]
    [InlineData(typeof(JsonArray))]
    [InlineData(typeof(JsonValue))]
    public void Of_something_that_is_no_object_is_null(Type type) => Assert.Null(ArgsSchema.Of(type));
}
