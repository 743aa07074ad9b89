using Scheduler.Jobs.Locks;

namespace Scheduler.UnitTests.Locks;

public sealed class LocksOptionsValidatorTests
{
    private static string? Problem(LocksOptions options) => new LocksOptionsValidator().Validate(null, options).FailureMessage;

    [Theory]
    [InlineData]
    [InlineData("a:6379")]
    [InlineData("a:6379,password=x,ssl=true", "b:6379", "c:6379")]
    [InlineData("a:1", "a:2", "a:3", "a:4", "a:5")]
    public void None_one_or_an_odd_number_of_masters_is_fine(params string[] endpoints) => Assert.Null(Problem(new LocksOptions { Endpoints = endpoints }));

    [Theory]
    [InlineData("names 2 masters", "a:1", "b:1")]
    [InlineData("names 4 masters", "a:1", "b:1", "c:1", "d:1")]
    [InlineData("twice", "a:1", "A:1", "c:1")]
    [InlineData("Endpoints:1 is not", "a:1", "", "c:1")]
    [InlineData("Endpoints:0 is not", "a:1,b:1")]
    [InlineData("Endpoints:0 is not", "a:1,nonsense=1")]
    public void Anything_else_is_refused(string expected, params string[] endpoints) =>
        Assert.Contains(expected, Problem(new LocksOptions { Endpoints = endpoints }), StringComparison.Ordinal);

    [Theory]
    [InlineData("00:00:00.5", "00:00:00.1", "Expiry (00:00:00.5000000) must be between")]
    [InlineData("01:00:00", "00:00:02", "Expiry (01:00:00) must be between")]
    [InlineData("00:00:10", "00:00:05", "shorter than half")]
    [InlineData("00:00:10", "00:00:00", "at least")]
    public void Times_that_cannot_work_are_refused(string expiry, string checkEvery, string expected)
    {
        var options = new LocksOptions { Expiry = TimeSpan.Parse(expiry, null), CheckEvery = TimeSpan.Parse(checkEvery, null) };

        Assert.Contains(expected, Problem(options), StringComparison.Ordinal);
    }
}
