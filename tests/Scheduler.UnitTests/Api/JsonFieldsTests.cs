using System.Text.Json;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;

namespace Scheduler.UnitTests.Api;

public sealed class JsonFieldsTests
{
    [Fact]
    public void All_faults_are_collected_with_pointers()
    {
        var errors = new ValidationErrors();
        var fields = JsonFields.Of(Parse("""
            {"n":101,"d":"P1M","at":"2026-01-01","q":"No","tags":["ok","no way"],"who/knows~":1,"t":5}
            """), "/jobs/3", errors)!;
        fields.Integer("n", 1, 100);
        fields.Duration("d");
        fields.Instant("at");
        fields.Queue("q");
        fields.Tags("tags");
        fields.Text("t");
        fields.RequiredText("type");
        fields.RefuseOthers();
        Assert.Equal(
            ["/jobs/3/n", "/jobs/3/d", "/jobs/3/at", "/jobs/3/q", "/jobs/3/tags/1", "/jobs/3/t", "/jobs/3/type", "/jobs/3/who~1knows~0"],
            errors.ToProblem().Errors!.Keys);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("5.0", 5)]
    [InlineData("50e-1", 5)]
    [InlineData("null", null)]
    public void Whole_numbers_are_read_in_every_spelling(string json, int? expected)
    {
        var errors = new ValidationErrors();
        Assert.Equal(expected, new JsonFields(Parse($$"""{"n":{{json}}}"""), "", errors).Integer("n", 1, 100));
        Assert.Equal(0, errors.Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("\"5\"")]
    [InlineData("true")]
    public void Other_numbers_are_refused(string json)
    {
        var errors = new ValidationErrors();
        Assert.Null(new JsonFields(Parse($$"""{"n":{{json}}}"""), "", errors).Integer("n", 1, 100));
        Assert.Equal("must be a whole number from 1 to 100", errors.ToProblem().Errors!["/n"][0]);
    }

    [Fact]
    public void Tags_are_kept_once_in_their_order()
    {
        var errors = new ValidationErrors();
        Assert.Equal(["b", "a"], new JsonFields(Parse("""{"tags":["b","a","b"]}"""), "", errors).Tags("tags"));
    }

    [Fact]
    public void More_than_twenty_tags_are_refused()
    {
        var errors = new ValidationErrors();
        var tags = string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"t{i}\""));
        new JsonFields(Parse($$"""{"tags":[{{tags}}]}"""), "", errors).Tags("tags");
        Assert.Equal("/tags", Assert.Single(errors.ToProblem().Errors!.Keys));
    }

    [Fact]
    public void Hostile_body_gets_a_bounded_answer()
    {
        var errors = new ValidationErrors();
        var members = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"{new string('x', 200)}{i}\":1"));
        new JsonFields(Parse("{" + members + "}"), "", errors).RefuseOthers();
        Assert.InRange(errors.ToProblem().Errors!.Count, 1, 50);
        Assert.All(errors.ToProblem().Errors!.Keys, k => Assert.InRange(k.Length, 1, 110));
    }

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
