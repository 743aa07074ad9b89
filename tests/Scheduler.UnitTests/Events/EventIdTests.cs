using Scheduler.Jobs.Events;

namespace Scheduler.UnitTests.Events;

public sealed class EventIdTests
{
    [Theory]
    [InlineData("1-4711", 1, 4711)]
    [InlineData("1764000000-0", 1764000000, 0)]
    public void Id_is_read_and_written_alike(string text, long epoch, long sequence)
    {
        Assert.True(EventId.TryParse(text, out var id));
        Assert.Equal(new EventId(epoch, sequence), id);
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2-3")]
    [InlineData("1--2")]
    [InlineData(" 1-2")]
    [InlineData("+1-2")]
    [InlineData("1-2a")]
    [InlineData("1-99999999999999999999")]
    [InlineData("1-9007199254740993")]
    public void Malformed_id_is_refused(string? text) => Assert.False(EventId.TryParse(text, out _));
}
