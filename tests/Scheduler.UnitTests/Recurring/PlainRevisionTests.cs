using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Recurring;

namespace Scheduler.UnitTests.Recurring;

public sealed class PlainRevisionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Ms = Noon.ToUnixTimeMilliseconds();
    private static readonly NewJob Run = new() { Id = "j", Type = "test.a", Args = "{}", Queue = "default", ScheduledFor = Noon };
    private static readonly Firing Plain = new("s", $"17 {Ms} {Ms} ", [Run], Noon.AddDays(1));

    [Fact]
    public void One_job_of_the_next_instant_names_the_revision()
    {
        Assert.Equal("17", Plain.PlainRevision);
        // A schedule that a Hangfire client made has no revision.
        Assert.Equal("", (Plain with { Guard = $" {Ms} {Ms} " }).PlainRevision);
    }

    [Fact]
    public void Anything_else_is_told_in_full()
    {
        Firing[] others =
        [
            Plain with { Jobs = [] },
            Plain with { Jobs = [Run, Run with { Id = "k" }] },
            Plain with { Jobs = [Run with { ScheduledFor = Noon.AddMinutes(-1) }] },
            Plain with { Jobs = [Run with { ScheduledFor = null }] },
            Plain with { Next = null },
            Plain with { Error = "no" },
            Plain with { PauseIsOver = true },
            Plain with { Forget = true },
            Plain with { Overlap = RunOverlapPolicy.Skip },
            Plain with { Guard = $"17 {Ms + 1} {Ms} " },
            Plain with { Guard = $"17 {Ms} {Ms + 1} " },
            Plain with { Guard = $"17 {Ms} {Ms} {{}}" },
        ];
        Assert.All(others, firing => Assert.Null(firing.PlainRevision));
    }
}
