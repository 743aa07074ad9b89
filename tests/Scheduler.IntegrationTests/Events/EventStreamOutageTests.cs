using System.Diagnostics;
using System.Net;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Events;

/// <summary>The stream while Redis goes and comes.</summary>
public sealed class EventStreamOutageTests
{
    [Fact]
    public async Task New_stream_is_refused_with_503_while_redis_is_away_and_opens_after_its_return()
    {
        RedisProcess.SkipWhereMissing();
        var port = FreePort.Next();
        var redis = await RedisProcess.StartAsync(port);
        await using var host = await StreamingHost.StartAsync(redis.ConnectionString);
        using (await host.OpenAsync())
            await redis.DisposeAsync();

        var waited = Stopwatch.StartNew();
        using var refused = await host.OpenAsync();
        waited.Stop();
        await using var again = await RedisProcess.StartAsync(port);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Response.StatusCode);
        Assert.NotNull(refused.Response.Headers.RetryAfter);
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await OpensAgainAsync(host);
    }

    private static async Task OpensAgainAsync(StreamingHost host)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using var stream = await host.OpenAsync();
            if (stream.Response.IsSuccessStatusCode)
                return;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.Fail("The stream did not open again.");
    }
}
