using Scheduler.Web.Api.Answers;

namespace Scheduler.UnitTests.Api;

public sealed class CursorTests
{
    [Theory]
    [InlineData("01kf3m8w7c2t9q4hxj5n6rbz0e")]
    [InlineData("report.daily:1")]
    public void Written_position_is_read_again(string position)
    {
        Assert.True(Cursor.TryRead(Cursor.Write(position), out var read));
        Assert.Equal(position, read);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("MS4")]
    [InlineData("!!!")]
    [InlineData("01kf3m8w7c2t9q4hxj5n6rbz0e")]
    [InlineData("MS4q")]
    public void Anything_else_is_refused(string text) => Assert.False(Cursor.TryRead(text, out _));

    [Fact]
    public void Position_outside_the_alphabet_is_refused() => Assert.False(Cursor.TryRead(Cursor.Write("a b*{}"), out _));
}
