using System.Text;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;

namespace Scheduler.UnitTests.Api;

public sealed class BulkBodyTests
{
    [Fact]
    public void Array_is_cut_into_its_jobs() =>
        Assert.Equal(["""{"a":[1,{}]}""", "2", "\"x\""], Items("""{ "jobs" : [ {"a":[1,{}]} , 2, "x" ] }""", isNdJson: false));

    [Fact]
    public void Lines_are_cut_into_jobs_and_blank_ones_skipped() =>
        Assert.Equal(["{}", """{"a":1}"""], Items("{}\r\n\n  {\"a\":1}  \n", isNdJson: true));

    [Theory]
    [InlineData("""{"jobs":[}""", 400, ProblemCodes.MalformedJson)]
    [InlineData("""{"jobs":[{}]} x""", 400, ProblemCodes.MalformedJson)]
    [InlineData("""{"jobs":[{}],"jobs":[{}]}""", 400, ProblemCodes.MalformedJson)]
    [InlineData("", 400, ProblemCodes.MalformedJson)]
    [InlineData("[]", 422, ProblemCodes.InvalidRequest)]
    [InlineData("{}", 422, ProblemCodes.InvalidRequest)]
    [InlineData("""{"jobs":null}""", 422, ProblemCodes.InvalidRequest)]
    [InlineData("""{"jobs":[]}""", 422, ProblemCodes.InvalidRequest)]
    [InlineData("""{"jobs":[{}],"more":1}""", 422, ProblemCodes.InvalidRequest)]
    public void Wrong_arrays_are_refused(string body, int status, string code) => AssertRefused(Split(body, false), status, code);

    [Fact]
    public void Too_deep_array_is_malformed() =>
        AssertRefused(Split("{\"jobs\":[" + new string('[', 31) + new string(']', 31) + "]}", false), 400, ProblemCodes.MalformedJson);

    [Fact]
    public void Empty_lines_alone_are_no_bulk() => AssertRefused(Split("\n\n", true), 422, ProblemCodes.InvalidRequest);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_job_too_many_is_told_before_the_jobs_are_read(bool isNdJson)
    {
        var jobs = Enumerable.Repeat("1", JobStore.MaxBulk + 1);
        var body = isNdJson ? string.Join('\n', jobs) : $"{{\"jobs\":[{string.Join(',', jobs)}]}}";
        AssertRefused(Split(body, isNdJson), 422, ProblemCodes.TooManyJobs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Job_over_the_limit_is_named(bool isNdJson)
    {
        var large = "\"" + new string('x', JsonBody.MaxBytes - 1) + "\"";
        var body = isNdJson ? "{}\n" + large : $"{{\"jobs\":[{{}},{large}]}}";
        var refused = AssertRefused(Split(body, isNdJson), 413, ProblemCodes.BodyTooLarge);
        Assert.Contains(isNdJson ? "line 2" : "/jobs/1", refused.Detail);
    }

    private static ApiProblem AssertRefused((IReadOnlyList<BulkItem>? Items, ApiProblem? Refused) result, int status, string code)
    {
        Assert.Null(result.Items);
        Assert.Equal((status, code), (result.Refused!.Status, result.Refused.Code));
        return result.Refused;
    }

    private static (IReadOnlyList<BulkItem>? Items, ApiProblem? Refused) Split(string body, bool isNdJson) =>
        BulkBody.Split(Encoding.UTF8.GetBytes(body), isNdJson);

    private static IEnumerable<string> Items(string body, bool isNdJson) =>
        Split(body, isNdJson).Items!.Select(i => Encoding.UTF8.GetString(i.Json.Span));
}
