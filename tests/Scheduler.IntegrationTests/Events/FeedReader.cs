using System.Threading.Channels;
using Scheduler.Jobs.Events;

namespace Scheduler.IntegrationTests.Events;

/// <summary>Reads a subscription to the end of the test and hands out what came, with a limit on every wait.</summary>
internal sealed class FeedReader : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stop = new();
    private readonly Channel<FeedItem> items = Channel.CreateUnbounded<FeedItem>();
    private readonly Task reading;

    private FeedReader(EventSubscription subscription) => reading = ReadAsync(subscription);

    public static async Task<FeedReader> OpenAsync(EventFeed feed, EventFilter? filter = null, EventId? after = null) =>
        new(await feed.OpenAsync(filter ?? new EventFilter(), after, CancellationToken.None));

    public async Task<FeedItem> NextAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await items.Reader.ReadAsync(limit.Token);
    }

    public async Task<JobEvent> NextEventAsync() => Assert.IsType<FeedItem.Event>(await NextAsync()).Value;

    public async Task<FeedItem.Gap> NextGapAsync() => Assert.IsType<FeedItem.Gap>(await NextAsync());

    public async Task<List<long>> NextNumbersAsync(int count)
    {
        var numbers = new List<long>(count);
        while (numbers.Count < count)
            numbers.Add((await NextEventAsync()).Id.Sequence);
        return numbers;
    }

    public bool HasNothingMore => !items.Reader.TryPeek(out _);

    private async Task ReadAsync(EventSubscription subscription)
    {
        using (subscription)
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var item in await subscription.ReadAsync(Limit, stop.Token))
                    items.Writer.TryWrite(item);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
