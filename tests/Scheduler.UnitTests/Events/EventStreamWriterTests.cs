using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Events;
using Scheduler.Web.Streaming;

namespace Scheduler.UnitTests.Events;

public sealed class EventStreamWriterTests
{
    private static readonly JobEvent Happened = new()
    {
        Id = new EventId(1, 4711),
        Name = EventNames.Succeeded,
        JobId = "j",
        Type = "http.request",
        Queue = "default",
        State = "succeeded",
        At = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
        Attempt = 1,
        DurationMs = 12,
        ResultJson = "{}",
    };

    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 1000, resumeWriterThreshold: 500));
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Event_is_three_lines_as_the_contract_shows_them()
    {
        Assert.Equal(
            """
            id: 1-4711
            event: job.succeeded
            data: {"jobId":"j","type":"http.request","queue":"default","state":"succeeded","at":"2023-11-14T22:13:20.123Z","attempt":1,"durationMs":12,"result":{},"error":null,"tags":[]}


            """, await WriteAsync(new FeedItem.Event(Happened)));
    }

    [Fact]
    public async Task Line_breaks_of_a_result_do_not_end_the_line()
    {
        var text = await WriteAsync(new FeedItem.Event(Happened with { ResultJson = "{\r\n  \"a\": \"b\\nc\"\n}" }));

        Assert.Contains("""  "a": "b\nc" }""", text, StringComparison.Ordinal);
        Assert.Equal(5, text.Split('\n').Length);
    }

    [Fact]
    public async Task Error_schedule_and_progress_are_shown_where_there_are_any()
    {
        var text = await WriteAsync(new FeedItem.Event(Happened with
        {
            ResultJson = null,
            Error = new JobError("timeout", "too slow", 2),
            RecurringId = "nightly",
            Progress = new ProgressRecord(50, null),
        }));

        Assert.Contains("""
            "result":null,"error":{"type":"timeout","message":"too slow","attempt":2},"tags":[],"recurringId":"nightly","progress":{"percent":50,"message":null}}
            """, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gap_has_no_id() =>
        Assert.Equal("event: gap\ndata: {\"from\":\"1-2\",\"oldestKept\":\"1-9\"}\n\n",
            await WriteAsync(new FeedItem.Gap(new EventId(1, 2), new EventId(1, 9))));

    [Fact]
    public async Task Reader_that_takes_nothing_for_ten_seconds_is_given_up()
    {
        var writer = new EventStreamWriter(pipe.Writer, clock);
        writer.WriteComment(new string('x', 2000));
        var flush = writer.FlushAsync(CancellationToken.None);

        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(flush.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.False(await flush);
    }

    private async Task<string> WriteAsync(FeedItem item)
    {
        var writer = new EventStreamWriter(pipe.Writer, clock);
        writer.Write(StreamedEvent.From(item));
        await writer.FlushAsync(CancellationToken.None);
        var read = await pipe.Reader.ReadAsync();
        return Encoding.UTF8.GetString(read.Buffer);
    }
}
