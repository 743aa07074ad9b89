using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Locks;

namespace Scheduler.UnitTests.Locks;

public sealed class ResourcePatternTests
{
    [Fact]
    public void Fill_puts_values_in_their_places() =>
        Assert.Equal("report-7-de", ResourcePattern.Fill("report-{id}-{language}", name => name == "id" ? "7" : "de"));

    [Fact]
    public void Fill_does_not_fill_what_a_value_brings_along() =>
        Assert.Equal("report-{id}", ResourcePattern.Fill("report-{name}", name => name == "name" ? "{id}" : "7"));

    [Fact]
    public void Fill_fails_the_job_where_a_value_is_missing()
    {
        var problem = Assert.Throws<JobFailedException>(() => ResourcePattern.Fill("report-{id}", _ => null));

        Assert.Contains("'id'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_shortens_a_long_name_and_keeps_it_distinct()
    {
        var (one, other) = (ResourcePattern.Fill("{v}", _ => new string('x', 500) + "1"), ResourcePattern.Fill("{v}", _ => new string('x', 500) + "2"));

        Assert.Equal(NamedLocks.MaxResourceLength, one.Length);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Redlock_format_keeps_the_hash_tag()
    {
        var format = new RedisKeys("{hangfire}:").RedlockFormat;

        Assert.Equal("{hangfire}:redlock:report-{7}", string.Format(null, format, "report-{7}"));
    }
}
