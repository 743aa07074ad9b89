using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

public sealed class SchemaValidatorTests
{
    private const string Good = """{"customer":"abc","copies":2,"confirmed":true""";

    private static IReadOnlyDictionary<string, string[]> Check(Type args, string json) =>
        new SchemaValidator(ArgsSchema.Of(args)!).Validate(JsonElement.Parse(json));

    private static IReadOnlyDictionary<string, string[]> CheckSchema(string schema, string json) =>
        new SchemaValidator(JsonNode.Parse(schema)!).Validate(JsonElement.Parse(json));

    [Theory]
    [InlineData("")]
    [InlineData(""","size":"veryLarge" """)]
    [InlineData(""","wait":"PT5M","items":[{"name":"x"},{"name":"y","count":3}],"counts":{"any thing":1}""")]
    [InlineData(""","wait":null,"items":null,"code":"abc","link":"https://example.org/a","at":"2026-11-22T10:00:00.000Z","choice":"b" """)]
    [InlineData(""","anything":[1,{"deep":null}]""")]
    public void Validate_accepts_what_fits(string more) => Assert.Empty(Check(typeof(SampleArgs), Good + more + "}"));

    [Theory]
    [InlineData(""","size":"huge" """, "/size", "must be one of \"small\", \"veryLarge\"")]
    [InlineData(""","size":1""", "/size", "must be one of")]
    [InlineData(""","wait":"5 minutes" """, "/wait", "ISO 8601 duration")]
    [InlineData(""","wait":300""", "/wait", "must be a string or null")]
    [InlineData(""","items":{}""", "/items", "must be an array")]
    [InlineData(""","items":[{"name":"x"},{"count":3}]""", "/items/1/name", "is required")]
    [InlineData(""","items":[{"name":"x","colour":1}]""", "/items/0/colour", "is not a known member")]
    [InlineData(""","counts":{"a/b~c":"one"}""", "/counts/a~1b~0c", "must be a whole number")]
    [InlineData(""","code":"ABC" """, "/code", "must match")]
    [InlineData(""","code":"abc\n" """, "/code", "must match")]
    [InlineData(""","link":"not a link" """, "/link", "must be an absolute URI")]
    [InlineData(""","at":"2026-11-22" """, "/at", "must be an instant")]
    [InlineData(""","at":"2026-11-22T10:00:00" """, "/at", "must be an instant")]
    [InlineData(""","choice":"c" """, "/choice", "must be one of")]
    [InlineData(""","Size":"small" """, "/Size", "is not a known member")]
    public void Validate_points_at_what_does_not_fit(string more, string at, string message)
    {
        var errors = Check(typeof(SampleArgs), Good + more + "}");

        Assert.Equal([at], errors.Keys);
        Assert.Contains(message, errors[at][0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"2\"", "must be a whole number")]
    [InlineData("2.5", "must be a whole number")]
    [InlineData("2.0", "must be a whole number")]
    [InlineData("null", "must be a whole number")]
    [InlineData("0", "must be at least 1")]
    [InlineData("11", "must be at most 10")]
    [InlineData("99999999999999999999999999999999999999", "must be at most 10")]
    public void Validate_checks_numbers(string copies, string message)
    {
        var errors = Check(typeof(SampleArgs), $$"""{"customer":"abc","copies":{{copies}},"confirmed":true}""");

        Assert.Equal(message, Assert.Single(errors["/copies"]));
    }

    [Fact]
    public void Validate_collects_every_error()
    {
        var errors = Check(typeof(SampleArgs), """{"customer":"x","copies":99,"items":[{"name":1},{}],"what":1}""");

        Assert.Equal(["/confirmed", "/copies", "/customer", "/items/0/name", "/items/1/name", "/what"], errors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_gives_a_bounded_answer_to_a_hostile_document()
    {
        var members = string.Join(",", Enumerable.Range(0, 5000).Select(n => $"\"m{n}\":1"));

        Assert.Equal(100, Check(typeof(NoArgs), "{" + members + "}").Count);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void Validate_wants_an_object(string json)
    {
        Assert.Equal("must be an object", Check(typeof(SampleArgs), json)[""][0]);
        Assert.Equal("must be an object", Check(typeof(JsonElement), json)[""][0]);
    }

    [Fact]
    public void Validate_follows_a_type_into_itself()
    {
        Assert.Empty(Check(typeof(SampleTree), """{"name":"a","children":[{"name":"b","children":[{"name":"c"}]}]}"""));
        Assert.Equal(["/children/0/children/0/name"], Check(typeof(SampleTree), """{"name":"a","children":[{"name":"b","children":[{"name":7}]}]}""").Keys);
    }

    [Fact]
    public void Validate_tells_derived_types_apart()
    {
        Assert.Empty(Check(typeof(SampleDrawing), """{"shape":{"kind":"circle","radius":1.5}}"""));
        Assert.Equal(["/shape"], Check(typeof(SampleDrawing), """{"shape":{"kind":"circle","side":1.5}}""").Keys);
    }

    [Theory]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2,"items":{"type":"boolean"}}""", "[]", "", "must have at least 1 items")]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2}""", "[1,2,3]", "", "must have at most 2 items")]
    [InlineData("""{"type":"object","maxProperties":1}""", """{"a":1,"b":2}""", "", "must have at most 1 members")]
    [InlineData("""{"exclusiveMinimum":0}""", "0", "", "must be more than 0")]
    [InlineData("""{"exclusiveMaximum":1}""", "1", "", "must be less than 1")]
    [InlineData("""{"type":["string","null"],"minLength":1}""", "\"\"", "", "must have at least 1 characters")]
    [InlineData("""{"properties":{"a":false}}""", """{"a":1}""", "/a", "is not allowed here")]
    [InlineData("""{"format":"uuid"}""", "\"x\"", "", "must be a UUID")]
    [InlineData("""{"format":"date"}""", "\"2026-02-30\"", "", "must be a date, for example 2026-11-22")]
    [InlineData("""{"const":3}""", "4", "", "must be one of 3")]
    public void Validate_knows_the_keyword(string schema, string json, string at, string message) =>
        Assert.Equal(message, CheckSchema(schema, json)[at][0]);

    [Fact]
    public void Validate_does_not_hang_on_a_slow_pattern()
    {
        var errors = CheckSchema("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 60)}!\"");

        Assert.Single(errors);
    }
}
