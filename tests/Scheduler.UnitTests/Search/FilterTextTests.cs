using Scheduler.Jobs.Search;

namespace Scheduler.UnitTests.Search;

public sealed class FilterTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void All_terms_are_read()
    {
        var filter = Parsed("""state:failed queue:slow type:http.request tag:x tag:y recurringId:daily worker:box:1:ab12 fingerprint:0123456789abcdef createdAfter:PT1H createdBefore:2026-11-22T10:00:00+01:00 q:"time \"out\"" INV-7""");

        Assert.Equal(("Failed", "slow", "http.request", "daily", "box:1:ab12", "0123456789abcdef"),
            (filter.State, filter.Queue, filter.Type, filter.RecurringId, filter.Worker, filter.Fingerprint));
        Assert.Equal(["x", "y"], filter.Tags);
        Assert.Equal(["time \"out\"", "INV-7"], filter.Words);
        Assert.Equal((Now.AddHours(-1), Now.AddHours(-1)), (filter.CreatedAfter, filter.CreatedBefore));
    }

    [Theory]
    [InlineData("state:failed type:http.request tag:x q:timeout")]
    [InlineData("""queue:slow q:"two words" q:"a \"quote\" and \\" """)]
    [InlineData("createdAfter:2026-11-22T09:00:00.000Z createdBefore:2026-11-22T10:00:00.000Z")]
    [InlineData("")]
    public void Written_form_reads_back(string text)
    {
        var written = FilterText.Write(Parsed(text));
        Assert.Equal(text.Trim(), written);
        Assert.Equal(written, FilterText.Write(Parsed(written)));
    }

    [Theory]
    [InlineData("state:broken", "must be one of")]
    [InlineData("state:failed state:deleted", "state twice")]
    [InlineData("colour:red", "no field 'colour'")]
    [InlineData("http://example.org", "no field 'http'")]
    [InlineData("q:\"open", "cannot be read from")]
    [InlineData("queue:Big", "a-z")]
    [InlineData("fingerprint:xyz", "16 of")]
    [InlineData("createdAfter:yesterday", "ISO 8601")]
    public void Faults_are_said(string text, string problem)
    {
        FilterText.Parse(text, Now, out var said);
        Assert.Contains(problem, said);
    }

    private static JobFilter Parsed(string text)
    {
        var filter = FilterText.Parse(text, Now, out var problem);
        Assert.Null(problem);
        return filter;
    }
}
