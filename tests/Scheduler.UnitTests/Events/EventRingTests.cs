using System.Text;
using Scheduler.Jobs.Events;

namespace Scheduler.UnitTests.Events;

public sealed class EventRingTests
{
    private static readonly EventLogAnchor Start = new(1, 0, []);

    [Fact]
    public void Ring_that_nobody_feeds_sends_readers_to_the_log()
    {
        var ring = new EventRing();
        Assert.IsType<RingView.Behind>(ring.After(new EventId(1, 0), 10));

        ring.StartAt(Start, 1);
        ring.Stop();

        Assert.IsType<RingView.Behind>(ring.After(new EventId(1, 0), 10));
    }

    [Fact]
    public void Reader_gets_the_records_after_its_place()
    {
        var ring = Filled(records: 10, eventsEach: 3);

        var view = Assert.IsType<RingView.Records>(ring.After(new EventId(1, 7), 2));

        Assert.Equal([(7L, 9L), (10L, 12L)], view.Items.Select(r => (r.First, r.Last)));
    }

    [Fact]
    public void Reader_at_the_end_gets_nothing()
    {
        var ring = Filled(records: 4, eventsEach: 1);

        Assert.Empty(Assert.IsType<RingView.Records>(ring.After(new EventId(1, 4), 10)).Items);
    }

    [Fact]
    public void Ring_keeps_to_its_bound_and_sends_those_before_it_to_the_log()
    {
        var ring = Filled(records: 5000, eventsEach: 1, maxRecords: 100);

        Assert.IsType<RingView.Behind>(ring.After(new EventId(1, 4899), 10));
        Assert.Equal(100, Assert.IsType<RingView.Records>(ring.After(new EventId(1, 4900), 1000)).Items.Count);
    }

    [Fact]
    public void Ring_keeps_to_its_bytes_but_always_holds_the_newest()
    {
        var ring = Filled(records: 3, eventsEach: 1, maxBytes: 10);

        Assert.IsType<RingView.Behind>(ring.After(new EventId(1, 1), 10));
        Assert.Single(Assert.IsType<RingView.Records>(ring.After(new EventId(1, 2), 10)).Items);
    }

    [Fact]
    public void Readers_of_another_epoch_are_told_where_the_new_one_began_even_after_a_jump()
    {
        var ring = Filled(records: 2, eventsEach: 1);
        ring.StartAt(new EventLogAnchor(2, 0, []), 1);
        ring.StartAt(new EventLogAnchor(2, 500, []), 400);

        var view = Assert.IsType<RingView.OtherEpoch>(ring.After(new EventId(1, 2), 10));

        Assert.Equal((new EventId(2, 0), 1L), (view.Start, view.OldestKept));
        Assert.IsType<RingView.Behind>(ring.After(view.Start, 10));
    }

    [Fact]
    public void Reader_of_a_later_epoch_is_not_led_back_into_the_one_before()
    {
        var ring = Filled(records: 2, eventsEach: 1);

        Assert.IsType<RingView.Behind>(ring.After(new EventId(2, 0), 10));
    }

    [Fact]
    public void Known_record_is_told_from_one_with_the_same_numbers()
    {
        var ring = Filled(records: 5, eventsEach: 2);

        Assert.True(ring.Holds(Record(3, 2, "job")));
        Assert.False(ring.Holds(Record(3, 2, "other")));
        Assert.False(ring.Holds(Record(100, 1, "job")));
    }

    private static EventRing Filled(int records, int eventsEach, int maxRecords = 4096, int maxBytes = 1 << 20)
    {
        var ring = new EventRing(maxRecords, maxBytes);
        ring.StartAt(Start, 1);
        for (var i = 0; i < records; i++)
            ring.Append(Record(1 + ((long)i * eventsEach), eventsEach, "job"));
        return ring;
    }

    private static EventRecord Record(long first, int count, string job)
    {
        var events = string.Join(',', Enumerable.Repeat($$"""{"event":"job.succeeded","jobId":"{{job}}"}""", count));
        return EventRecord.TryRead(1, Encoding.UTF8.GetBytes($$"""{"first":{{first}},"at":1,"events":[{{events}}]}"""))!;
    }
}
