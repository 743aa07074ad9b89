using Scheduler.Jobs.Dispatching;

namespace Scheduler.UnitTests.Dispatching;

public sealed class QueueOrderTests
{
    [Fact]
    public void Without_weights_the_order_is_as_written()
    {
        var order = QueueOrder.Parse(["critical", "default", "low"]);

        Assert.Equal(["critical", "default", "low"], order.Next(new Random(1)));
        Assert.Same(order.Next(new Random(1)), order.Next(new Random(2)));
    }

    [Fact]
    public void One_text_may_hold_several_items() =>
        Assert.Equal(["a", "b", "c"], QueueOrder.Parse(["a, b", "c"]).Names);

    [Fact]
    public void With_weights_each_queue_comes_first_in_proportion()
    {
        var order = QueueOrder.Parse(["critical:5,default:1"]);
        var random = new Random(1);

        var first = Enumerable.Range(0, 6000).Count(_ => order.Next(random)[0] == "critical");

        Assert.InRange(first, 4800, 5200);
    }

    [Fact]
    public void With_weights_every_queue_is_in_every_claim() =>
        Assert.Equal(["a", "b", "c"], QueueOrder.Parse(["a:1000", "b", "c:2"]).Next(new Random(1)).Order());

    [Theory]
    [InlineData("Upper")]
    [InlineData("a:0")]
    [InlineData("a:1001")]
    [InlineData("a:-1")]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("a,b:3,a")]
    public void A_wrong_item_is_named_in_a_sentence(string item)
    {
        Assert.False(QueueOrder.TryParse([item], out _, out var error));
        Assert.StartsWith("Scheduler:Worker:Queues", error, StringComparison.Ordinal);
    }
}
