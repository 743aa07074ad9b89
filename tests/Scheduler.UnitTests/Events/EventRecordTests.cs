using System.Text;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;

namespace Scheduler.UnitTests.Events;

public sealed class EventRecordTests
{
    [Fact]
    public void Neighbours_that_share_an_object_are_told_apart_by_job_and_by_what_each_has()
    {
        var record = Read("""
            {"first":3,"at":5,"events":[{"event":"job.started","jobIds":["a","b"],"type":"t","queue":"q","state":"processing","at":9,"attempt":1,"tags":[]},
            {"event":"job.succeeded","jobIds":["c","d"],"type":"t","queue":"q","state":"succeeded","at":9,"attempt":2,"tags":["x"],
            "each":[{"durationMs":1,"result":{"n":1},"error":null},{"durationMs":2,"result":null,"error":null}]},{"event":"job.deleted","jobId":"e"}]}
            """)!;
        Assert.Equal((3, 7), (record.First, record.Last));
        Assert.Equal(["a", "b", "c", "d", "e"], record.Events.Select(e => e.JobId));
        Assert.Equal([3, 4, 5, 6, 7], record.Events.Select(e => e.Id.Sequence));
        Assert.Equal((1, """{"n":1}""", 2, null), (record.Events[2].DurationMs, record.Events[2].ResultJson, record.Events[3].DurationMs, record.Events[3].ResultJson));
        Assert.Equal((2, "t", "x"), (record.Events[3].Attempt, record.Events[3].Type, record.Events[3].Tags[0]));
    }

    [Fact]
    public void Events_get_consecutive_numbers()
    {
        var record = Read("""{"first":7,"at":5,"events":[{"event":"job.enqueued","jobId":"a"},{"event":"job.started","jobId":"b"}]}""");

        Assert.Equal((7L, 8L), (record?.First, record?.Last));
        Assert.Equal([("3-7", "a"), ("3-8", "b")], record?.Events.Select(e => (e.Id.ToString(), e.JobId)) ?? []);
    }

    [Fact]
    public void Every_member_is_read()
    {
        var happened = Read("""
            {"first":1,"at":5,"events":[{"event":"job.failed","jobId":"j","type":"t","queue":"q","state":"failed","at":1700000000123,"attempt":3,
            "tags":["x"],"recurringId":"r","durationMs":12,"result":{"a":[1,2]},"error":{"type":"timeout","message":"m","attempt":3},"percent":12.5,"message":"half"}]}
            """)!.Events[0];

        Assert.Equal(new JobError("timeout", "m", 3), happened.Error);
        Assert.Equal(new ProgressRecord(12.5, "half"), happened.Progress);
        Assert.Equal("""{"a":[1,2]}""", happened.ResultJson);
        Assert.Equal(("t", "q", "failed", 3, 12L, "r"), (happened.Type, happened.Queue, happened.State, happened.Attempt, happened.DurationMs, happened.RecurringId));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1700000000123), happened.At);
        Assert.Equal(["x"], happened.Tags);
    }

    [Fact]
    public void Absent_and_null_members_are_empty()
    {
        var happened = Read("""{"first":1,"at":5,"events":[{"event":"job.deleted","jobId":"j","tags":{},"result":null,"error":null}]}""")!.Events[0];

        Assert.Null(happened.ResultJson);
        Assert.Null(happened.Error);
        Assert.Null(happened.Progress);
        Assert.Empty(happened.Tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("""{"first":1,"at":5}""")]
    [InlineData("""{"first":1,"at":5,"events":[]}""")]
    [InlineData("""{"first":1,"at":5,"events":[1]}""")]
    [InlineData("""{"first":1,"at":5,"events":[{"a":1}""")]
    [InlineData("""{"first":"1","at":5,"events":[{}]}""")]
    [InlineData("""{"first":0,"at":5,"events":[{}]}""")]
    public void Foreign_text_is_no_record(string text) => Assert.Null(Read(text));

    private static EventRecord? Read(string text) => EventRecord.TryRead(3, Encoding.UTF8.GetBytes(text));
}
