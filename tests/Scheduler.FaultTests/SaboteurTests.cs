using Scheduler.Faults.Cluster;
using Scheduler.Faults.Saboteurs;

namespace Scheduler.FaultTests;

/// <summary>The saboteurs run by <c>Scheduler.Faults saboteurs</c>, which takes half an hour; that they still fit the code is seen here.</summary>
public sealed class SaboteurTests
{
    [Fact]
    public void Every_saboteur_fits_the_code_that_it_breaks()
    {
        var all = Saboteur.All(BuiltHosts.Repository);

        Assert.True(all.Count >= 8);
        Assert.Empty(all.SelectMany(s => s.Misfits(BuiltHosts.Repository)));
        Assert.All(all, s => Assert.True(s is { Edits.Count: > 0, Expected.Count: > 0, Arguments.Count: > 0, Why.Length: > 0 }, s.Name));
    }
}
