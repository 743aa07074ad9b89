using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Isolation;

namespace Scheduler.UnitTests.Isolation;

public sealed class ChildMessageFormatTests
{
    private static readonly ChildMessage[] Samples =
    [
        new ChildMessage.Run("id", "pdf.render", "default", """{"text":"ä\u0000𝄞"}""", 2, 5, long.MaxValue, new DateTimeOffset(2026, 11, 28, 4, 44, 17, 123, TimeSpan.Zero), "{}"),
        new ChildMessage.Run("id", "pdf.render", "", "{}", 1, 1, 0, null, null),
        new ChildMessage.Cancel(),
        new ChildMessage.Hello(),
        new ChildMessage.Heartbeat(),
        new ChildMessage.Progress(12.5, "half of a quarter"),
        new ChildMessage.Progress(double.MaxValue, null),
        new ChildMessage.Beat(),
        new ChildMessage.Checkpoint(7, """{"row":1}"""),
        new ChildMessage.CheckpointAnswer(7, null),
        new ChildMessage.CheckpointAnswer(8, "too late"),
        new ChildMessage.Log(LogLevel.Critical, "two\nlines"),
        new ChildMessage.Result(null),
        new ChildMessage.Result(new string('x', 300_000)),
        new ChildMessage.Error(new HandlerFailure(FailureKind.Snooze, "again", TimeSpan.FromTicks(1)), "details"),
        new ChildMessage.Error(new HandlerFailure(FailureKind.Fail, "no", null) { ErrorType = "exception", Trace = "a1" }, ""),
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        using var pipe = new MemoryStream();
        var frames = new FrameStream(pipe, pipe);
        foreach (var sample in Samples)
            frames.Write(sample);
        pipe.Position = 0;

        Assert.Equal(Samples, Samples.Select(_ => frames.Read()!));
        Assert.Null(frames.Read());
    }

    [Fact]
    public void Every_message_has_a_sample() =>
        Assert.Equal(
            typeof(ChildMessage).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
            Samples.Select(s => s.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(new byte[0], "0 bytes is not part")]
    [InlineData(new byte[] { 99 }, "kind 99")]
    [InlineData(new byte[] { 3, 0 }, "1 bytes more")]
    [InlineData(new byte[] { 10 }, "holds no message")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "holds no message")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0, 100, 1 }, "holds no message")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f }, "holds no message")]
    public void What_is_no_message_is_refused(byte[] frame, string because)
    {
        using var pipe = Framed(frame.Length, frame);

        Assert.Contains(because, Assert.Throws<InvalidDataException>(() => new FrameStream(pipe, Stream.Null).Read()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(FrameStream.MaxLength + 1)]
    public void A_length_that_cannot_be_is_refused_before_anything_is_kept_for_it(int length)
    {
        using var pipe = Framed(length, [3]);

        Assert.Throws<InvalidDataException>(() => new FrameStream(pipe, Stream.Null).Read());
    }

    [Fact]
    public void A_message_cut_off_by_the_end_of_its_process_is_none()
    {
        using var pipe = Framed(10, [3]);

        Assert.Null(new FrameStream(pipe, Stream.Null).Read());
    }

    private static MemoryStream Framed(int length, byte[] body)
    {
        var head = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        return new MemoryStream([.. head, .. body]);
    }
}
