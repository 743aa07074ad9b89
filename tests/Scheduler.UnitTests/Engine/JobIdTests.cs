using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Engine;

namespace Scheduler.UnitTests.Engine;

public sealed class JobIdTests
{
    [Fact]
    public void Ids_sort_by_creation_also_within_a_millisecond_and_when_the_clock_goes_back()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2040-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        var ids = new List<string>();
        for (var i = 0; i < 1_000; i++)
        {
            if (i % 100 == 99)
                time.AdjustTime(time.GetUtcNow().AddMilliseconds(i % 200 == 99 ? 3 : -2));
            ids.Add(JobId.New(time));
        }
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[0-9a-hjkmnp-tv-z]{26}$", id));
    }

    [Fact]
    public void Id_of_an_instant_is_the_same_everywhere_and_sorts_at_that_instant()
    {
        var at = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var hash = System.Security.Cryptography.SHA256.HashData("nightly 1"u8);
        Assert.Equal(JobId.FromInstant(at, hash), JobId.FromInstant(at, hash));
        Assert.NotEqual(JobId.FromInstant(at, hash), JobId.FromInstant(at.AddSeconds(1), hash));
        Assert.True(string.CompareOrdinal(JobId.FromInstant(at, hash), JobId.FromInstant(at.AddMilliseconds(1), hash)) < 0);
    }
}
