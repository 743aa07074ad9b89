using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Events;

namespace Scheduler.IntegrationTests.Events;

/// <summary><c>GET /api/v1/events</c> through a real port.</summary>
public sealed class EventStreamTests(EmbeddedServerFixture server)
{
    [Fact]
    public async Task Stream_opens_at_once_with_its_headers()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);

        using var stream = await host.OpenAsync();

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.ToString());
        Assert.True(stream.Response.Headers.CacheControl?.NoCache);
        Assert.Equal(["no"], stream.Response.Headers.GetValues("X-Accel-Buffering"));
    }

    [Fact]
    public async Task Completion_is_written_as_the_contract_says()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        using var stream = await host.OpenAsync();

        await host.Writer.With(tags: "[\"t\"]").WriteAsync(jobId: "j");
        var (id, name, data) = await stream.NextAsync();

        Assert.EndsWith("-1", id);
        Assert.Equal("job.succeeded", name);
        Assert.Equal(
            ["jobId", "type", "queue", "state", "at", "attempt", "durationMs", "result", "error", "tags"],
            data.EnumerateObject().Select(m => m.Name));
        Assert.Equal("""["j1","demo.echo","default","succeeded",0,5,{"a":1},null,["t"]]""",
            "[" + string.Join(',', data.EnumerateObject().Where(m => m.Name != "at").Select(m => m.Value.GetRawText())) + "]");
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", data.GetProperty("at").GetString());
    }

    [Fact]
    public async Task Header_wins_over_the_parameter_and_nothing_is_missed()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        await host.Writer.WriteAsync(count: 10);
        var epoch = (await host.Log.ReadEndsAsync(EventLogAnchor.None)).Epoch;

        using var stream = await host.OpenAsync($"?after={epoch}-2&queue=other&queue=default", lastEventId: $"{epoch}-7");

        Assert.Equal([$"{epoch}-8", $"{epoch}-9", $"{epoch}-10"],
            [(await stream.NextAsync()).Id, (await stream.NextAsync()).Id, (await stream.NextAsync()).Id]);
    }

    [Fact]
    public async Task Gap_has_full_ids_and_none_of_its_own()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        await host.Writer.WriteAsync(count: 3);
        var epoch = (await host.Log.ReadEndsAsync(EventLogAnchor.None)).Epoch;

        using var stream = await host.OpenAsync("?after=7-5");
        var (id, name, data) = await stream.NextAsync();

        Assert.Equal((null, "gap"), (id, name));
        Assert.Equal($$"""{"from":"7-5","oldestKept":"{{epoch}}-1"}""", data.GetRawText());
    }

    [Theory]
    [InlineData("?after=abc", null, 400, "invalid_event_id")]
    [InlineData("?after=", null, 400, "invalid_event_id")]
    [InlineData("?after=1-1", "nonsense", 400, "invalid_event_id")]
    [InlineData("?event=job.finished", null, 422, "invalid_query")]
    [InlineData("?queue=Not%20A%20Queue", null, 422, "invalid_query")]
    [InlineData("?tags=x", null, 422, "invalid_query")]
    public async Task Bad_request_is_refused_with_its_problem(string query, string? lastEventId, int status, string code)
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);

        using var answer = await host.OpenAsync(query, lastEventId);

        Assert.Equal((HttpStatusCode)status, answer.Response.StatusCode);
        Assert.Equal(code, (await answer.ReadProblemAsync()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Quiet_stream_sends_comments()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        using var stream = await host.OpenAsync("?jobId=none");
        var waited = Stopwatch.StartNew();

        Assert.Equal([": heartbeat"], await stream.NextBlockAsync());

        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Stopping_host_ends_the_stream_with_a_hint_when_to_come_again()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        using var stream = await host.OpenAsync();
        var waited = Stopwatch.StartNew();

        var stopping = host.StopAsync();

        Assert.StartsWith("retry: ", (await stream.NextBlockAsync())?.Single());
        Assert.Null(await stream.NextBlockAsync());
        await stopping;
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Client_that_stops_reading_is_disconnected()
    {
        await using var host = await StreamingHost.StartAsync(server.ConnectionString);
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"), TestContext.Current.CancellationToken);
        await client.GetStream().ReadExactlyAsync(new byte[16], TestContext.Current.CancellationToken);
        var filler = new string('x', 100_000);

        var waited = Stopwatch.StartNew();
        var isOpen = true;
        while (isOpen && waited.Elapsed < TimeSpan.FromSeconds(40))
        {
            await host.Writer.WriteAsync(count: 5, jobId: filler);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            // The server's side has closed where the connection shows an error while data are still unread.
            isOpen = !client.Client.Poll(0, SelectMode.SelectError) && IsEstablished(client, host.Address.Port);
        }

        Assert.False(isOpen, "The client still holds its connection.");
    }

    private static bool IsEstablished(TcpClient client, int serverPort)
    {
        var own = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
            .Any(c => c.LocalEndPoint.Port == serverPort && c.RemoteEndPoint.Port == own && c.State == TcpState.Established);
    }
}
