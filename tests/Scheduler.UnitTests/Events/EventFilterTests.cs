using Scheduler.Jobs.Events;

namespace Scheduler.UnitTests.Events;

public sealed class EventFilterTests
{
    private static readonly JobEvent Happened = new()
    {
        Id = new EventId(1, 1),
        Name = EventNames.Succeeded,
        JobId = "j",
        Type = "t",
        Queue = "q",
        State = "succeeded",
        At = DateTimeOffset.UnixEpoch,
        Tags = ["a", "b"],
    };

    [Theory]
    [InlineData(EventNames.Succeeded, true)]
    [InlineData(EventNames.Failed, true)]
    [InlineData(EventNames.Deleted, true)]
    [InlineData(EventNames.Started, false)]
    [InlineData(EventNames.Progress, false)]
    public void No_event_names_mean_the_completions(string name, bool expected) =>
        Assert.Equal(expected, new EventFilter().Matches(Happened with { Name = name }));

    [Fact]
    public void Event_names_replace_the_completions()
    {
        var filter = new EventFilter { Events = [EventNames.Started] };

        Assert.False(filter.Matches(Happened));
        Assert.True(filter.Matches(Happened with { Name = EventNames.Started }));
    }

    [Fact]
    public void Any_value_of_a_field_will_do_and_all_fields_must_agree()
    {
        var filter = new EventFilter { Queues = ["p", "q"], Tags = ["z", "b"] };

        Assert.True(filter.Matches(Happened));
        Assert.False((filter with { Types = ["other"] }).Matches(Happened));
        Assert.False((filter with { Tags = ["z"] }).Matches(Happened));
        Assert.False((filter with { JobIds = ["other"] }).Matches(Happened));
    }

    [Fact]
    public void Event_without_a_schedule_matches_no_recurring_id() =>
        Assert.False(new EventFilter { RecurringIds = ["r"] }.Matches(Happened));
}
