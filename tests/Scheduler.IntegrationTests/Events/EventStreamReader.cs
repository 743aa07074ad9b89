using System.Text.Json;

namespace Scheduler.IntegrationTests.Events;

/// <summary>Reads <c>text/event-stream</c> block by block, with a limit on every wait.</summary>
internal sealed class EventStreamReader(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly StreamReader lines = new(body);

    public HttpResponseMessage Response => response;

    /// <summary>The lines up to the next empty one; null at the end of the stream.</summary>
    public async Task<List<string>?> NextBlockAsync()
    {
        using var limit = new CancellationTokenSource(FeedReader.Limit);
        var block = new List<string>();
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Length == 0)
                return block;
            block.Add(line);
        }
        return null;
    }

    public async Task<(string? Id, string Event, JsonElement Data)> NextAsync()
    {
        while (await NextBlockAsync() is { } block)
        {
            if (block.Find(l => l.StartsWith("event: ", StringComparison.Ordinal)) is not { } name)
                continue;
            var data = block.Single(l => l.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
            return (block.Find(l => l.StartsWith("id: ", StringComparison.Ordinal))?["id: ".Length..], name["event: ".Length..],
                JsonDocument.Parse(data).RootElement);
        }
        throw new EndOfStreamException("The stream ended.");
    }

    /// <summary>The body of a refusal.</summary>
    public async Task<JsonElement> ReadProblemAsync()
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await lines.ReadToEndAsync()).RootElement;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
