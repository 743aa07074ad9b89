using Scheduler.Jobs.DeadLetters;

namespace Scheduler.UnitTests.DeadLetters;

public sealed class FailureTraceTests
{
    [Fact]
    public async Task Same_place_and_exception_make_the_same_trace() =>
        Assert.Equal(FailureTrace.Of(await CatchAsync(One.ThrowAsync)), FailureTrace.Of(await CatchAsync(One.ThrowAsync)));

    [Fact]
    public async Task Another_place_or_exception_makes_another()
    {
        var traces = new[] { await CatchAsync(One.ThrowAsync), await CatchAsync(Other.ThrowAsync), await CatchAsync(One.ThrowArgumentAsync) }.Select(FailureTrace.Of);
        Assert.Equal(3, traces.Distinct().Count());
    }

    [Theory]
    [InlineData("Acme.Mailer+<SendAsync>d__7.MoveNext", "Acme.Mailer.SendAsync")]
    [InlineData("Acme.Mailer+<>c__DisplayClass3_0.<Send>b__0", "Acme.Mailer..Send")]
    [InlineData("Acme.Mailer.Send", "Acme.Mailer.Send")]
    public void Names_that_the_compiler_counts_are_left_out(string method, string name) => Assert.Equal(name, FailureTrace.NameOf(method));

    private static async Task<Exception> CatchAsync(Func<Task> action) => (await Record.ExceptionAsync(action))!;

    private static class One
    {
        public static async Task ThrowAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException($"at {Guid.NewGuid()}");
        }

        public static async Task ThrowArgumentAsync()
        {
            await Task.Yield();
            throw new NotSupportedException();
        }
    }

    private static class Other
    {
        public static async Task ThrowAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException();
        }
    }
}
