using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Events;

namespace Scheduler.IntegrationTests.Events;

/// <summary>The hub at <c>/hubs/jobs</c>, with the real SignalR client.</summary>
public sealed class JobsHubTests(EmbeddedServerFixture server)
{
    private static readonly string[] Wanted = ["wanted"];
    private static readonly string[] Unknown = ["job.finished"];

    [Fact]
    public async Task Hub_streams_the_objects_of_the_event_stream()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        using var sse = await host.OpenAsync("?type=wanted");
        await using var connection = await ConnectAsync(host);
        var ends = await host.Log.ReadEndsAsync(EventLogAnchor.None);
        await using var items = Subscribe(connection, new { type = Wanted }, $"{ends.Epoch}-0");

        await host.Writer.WriteAsync();
        await host.Writer.With(type: "wanted").WriteAsync(jobId: "w");
        Assert.True(await items.MoveNextAsync());
        var (id, name, data) = await sse.NextAsync();

        Assert.Equal(id, items.Current.GetProperty("id").GetString());
        Assert.Equal(name, items.Current.GetProperty("event").GetString());
        Assert.Equal(data.GetRawText(), items.Current.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Hub_resumes_and_tells_of_a_gap()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        await host.Writer.WriteAsync(count: 3);
        var epoch = (await host.Log.ReadEndsAsync(EventLogAnchor.None)).Epoch;
        await using var connection = await ConnectAsync(host);

        await using var resumed = Subscribe(connection, null, $"{epoch}-2");
        await using var foreign = Subscribe(connection, null, "1-1");

        Assert.True(await resumed.MoveNextAsync());
        Assert.Equal($"{epoch}-3", resumed.Current.GetProperty("id").GetString());
        Assert.True(await foreign.MoveNextAsync());
        Assert.Equal($$$"""{"id":null,"event":"gap","data":{"from":"1-1","oldestKept":"{{{epoch}}}-1"}}""", foreign.Current.GetRawText());
    }

    [Fact]
    public async Task Bad_filter_or_place_is_refused_with_its_code()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        await using var connection = await ConnectAsync(host);
        await using var badEvent = Subscribe(connection, new { @event = Unknown }, null);
        await using var badPlace = Subscribe(connection, null, "x");

        Assert.Contains("invalid_query", (await Assert.ThrowsAsync<HubException>(async () => await badEvent.MoveNextAsync())).Message, StringComparison.Ordinal);
        Assert.Contains("invalid_event_id", (await Assert.ThrowsAsync<HubException>(async () => await badPlace.MoveNextAsync())).Message, StringComparison.Ordinal);
    }

    private static async Task<HubConnection> ConnectAsync(StreamingHost host)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(host.Address, "/hubs/jobs")).Build();
        await connection.StartAsync();
        return connection;
    }

    private static IAsyncEnumerator<JsonElement> Subscribe(HubConnection connection, object? filter, string? after) =>
        connection.StreamAsync<JsonElement>("Subscribe", filter, after).GetAsyncEnumerator();
}
