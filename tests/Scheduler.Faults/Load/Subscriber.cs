using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Load;

/// <summary>One client of the event stream: reads, is cut off or cuts itself off, and resumes from the last event it has seen.</summary>
internal sealed class Subscriber(string name, IReadOnlyDictionary<string, Uri> webs, Recorder recorder, Random random)
{
    private readonly Uri[] addresses = [.. webs.Values];
    private long lastSequence;
    private volatile string? lastId;

    public string Name => name;

    /// <summary>The number of the last event seen, in the epoch in which it was seen.</summary>
    public long LastSequence => Volatile.Read(ref lastSequence);

    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        while (!stop.IsCancellationRequested)
        {
            using var connection = CancellationTokenSource.CreateLinkedTokenSource(stop);
            connection.CancelAfter(random.Next(3_000, 20_000));
            try
            {
                await ReadAsync(http, connection.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Cut off, by them or by us: resume.
            }

            await Task.Delay(random.Next(50, 500), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(addresses[random.Next(addresses.Length)], "/api/v1/events"));
        if (lastId is { } after)
            request.Headers.Add("Last-Event-ID", after);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        recorder.Event(name, new EventLine(Monotonic.Now, lastId, "connect", null, null));
        await foreach (var line in EventStream.ReadAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken))
        {
            recorder.Event(name, line);
            if (line.Id is null)
                continue;
            lastId = line.Id;
            Volatile.Write(ref lastSequence, EventStream.SequenceOf(line.Id));
        }
    }
}
