using System.Net;
using System.Text.Json;
using Scheduler.Faults.Checker.Recorded;

namespace Scheduler.Faults.Load;

/// <summary>Sends calls to a web host chosen at random and records each as the caller saw it.</summary>
internal sealed class ApiCaller(IReadOnlyDictionary<string, Uri> webs, Recorder recorder, Random random) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(6),
    };

    private readonly Uri[] addresses = [.. webs.Values];
    private readonly string[] names = [.. webs.Keys];

    /// <summary>One call. Gives how it ended and the ids it was answered with.</summary>
    public async Task<CallLine> SendAsync(
        string op, HttpMethod method, string path, object? body, string[] markers, string? key, string[] about, CancellationToken cancellationToken)
    {
        var web = random.Next(names.Length);
        var began = Monotonic.Now;
        var (phase, status, ids, level) = await TrySendAsync(new Uri(addresses[web], path), method, body, key, cancellationToken);
        var line = new CallLine(Monotonic.Now, began, phase, op, markers, ids.Length > 0 ? ids : about, key, status, names[web], level);
        recorder.Call(line);
        return line;
    }

    /// <summary>The same call until it is acknowledged or refused for good; safe because it carries a key, or changes nothing twice.</summary>
    public async Task<CallLine> SendUntilAnsweredAsync(
        string op, HttpMethod method, string path, object? body, string[] markers, string? key, TimeSpan patience, CancellationToken cancellationToken)
    {
        var end = Monotonic.Now + (long)patience.TotalMilliseconds;
        while (true)
        {
            var call = await SendAsync(op, method, path, body, markers, key, [], cancellationToken);
            if (call.Phase != "unknown" || Monotonic.Now > end || cancellationToken.IsCancellationRequested)
                return call;
            await Task.Delay(random.Next(100, 600), cancellationToken);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(string Phase, int Status, string[] Ids, string? Level)> TrySendAsync(Uri uri, HttpMethod method, object? body, string? key, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, uri);
            if (body is not null)
                request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } };
            if (key is not null)
                request.Headers.Add("Idempotency-Key", key);
            using var answer = await http.SendAsync(request, cancellationToken);
            var status = (int)answer.StatusCode;
            if (answer.IsSuccessStatusCode)
                return ("ok", status, IdsOf(await answer.Content.ReadAsByteArrayAsync(cancellationToken)), LevelOf(answer));
            // What a host with a store that is away or full answers: it may have happened, for its own wait may have been too short.
            return (answer.StatusCode >= HttpStatusCode.InternalServerError ? "unknown" : "fail", status, [], null);
        }
        // A connection that was refused proves nothing either: the client may have tried once before, on a connection that died.
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
        {
            return ("unknown", 0, [], null);
        }
    }

    private static string? LevelOf(HttpResponseMessage answer) => answer.Headers.TryGetValues("Scheduler-Durability", out var level) ? level.Single() : null;

    private static string[] IdsOf(byte[] body)
    {
        if (body.Length == 0)
            return [];
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.TryGetProperty("ids", out var ids))
            return [.. ids.EnumerateArray().Select(i => i.GetString()!)];
        return json.RootElement.TryGetProperty("id", out var id) ? [id.GetString()!] : [];
    }
}
