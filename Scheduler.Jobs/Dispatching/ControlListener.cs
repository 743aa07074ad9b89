using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// Hears what is published for workers: that something waits, that a job is cancelled, that a worker should drain.
/// A message that gets lost costs time only: polls, renewals and heartbeats find the same out.
/// </summary>
internal sealed class ControlListener(
    RedisClient redis, RunningJobs running, WorkerIdentity worker, WorkerDuty duty, WorkerSignals signals, IOptions<WorkerOptions> options, ResilientLoop loop)
{
    private readonly HashSet<string> queueMessages =
        [.. QueueOrder.Parse(options.Value.Queues).Names.Select(queue => "queue " + queue)];

    private readonly TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once the worker can be told to cancel a job.</summary>
    public Task Listening => listening.Task;

    public Task RunAsync(CancellationToken stopping) => loop.RunAsync("subscription", ListenAsync, stopping);

    private async Task ListenAsync(CancellationToken stopping)
    {
        var subscriber = redis.Subscriber;
        // The client subscribes again by itself after a lost connection.
        await subscriber.SubscribeAsync(redis.Keys.WakeChannel, Wake);
        await subscriber.SubscribeAsync(redis.Keys.ControlChannel, Control);
        await subscriber.SubscribeAsync(redis.Keys.StockFetchChannel, WakeForStock);
        redis.Connection.ConnectionRestored += LookEverywhere;
        listening.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        }
        finally
        {
            redis.Connection.ConnectionRestored -= LookEverywhere;
            await subscriber.UnsubscribeAsync(redis.Keys.WakeChannel, Wake, CommandFlags.FireAndForget);
            await subscriber.UnsubscribeAsync(redis.Keys.ControlChannel, Control, CommandFlags.FireAndForget);
            await subscriber.UnsubscribeAsync(redis.Keys.StockFetchChannel, WakeForStock, CommandFlags.FireAndForget);
        }
    }

    private void Wake(RedisChannel channel, RedisValue message)
    {
        var text = message.ToString();
        if (text == "schedule")
            signals.Due.Set();
        else if (text == "leases")
            signals.Doubt.Set();
        else if (text == "parked" || queueMessages.Contains(text))
            signals.Claimable.Set();
    }

    // A stock client names the job it has enqueued, but not the queue.
    private void WakeForStock(RedisChannel channel, RedisValue message) => signals.Claimable.Set();

    // What was published while we were away is lost, and the store may have lost more.
    private void LookEverywhere(object? sender, EventArgs change)
    {
        signals.Due.Set();
        signals.Doubt.Set();
        signals.Claimable.Set();
    }

    private void Control(RedisChannel channel, RedisValue message)
    {
        var text = message.ToString();
        if (text.StartsWith("cancel ", StringComparison.Ordinal))
            running.Cancel(text["cancel ".Length..]);
        else if (text == "drain " + worker.Id)
            duty.StopClaiming();
    }
}
