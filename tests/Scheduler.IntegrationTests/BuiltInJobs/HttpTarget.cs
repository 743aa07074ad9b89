using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Scheduler.IntegrationTests.BuiltInJobs;

/// <summary>A real web server on 127.0.0.1 and 127.0.0.2, on one port, that remembers what reached it.</summary>
public sealed class HttpTarget : IAsyncDisposable
{
    private readonly WebApplication server;

    private HttpTarget(WebApplication server, int port) => (this.server, Port) = (server, port);

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>The other address: for the tests, the private network.</summary>
    public string PrivateUrl => $"http://127.0.0.2:{Port}";

    public ConcurrentQueue<string> Seen { get; } = new();

    public static async Task<HttpTarget> StartAsync()
    {
        var port = Support.FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}", $"http://127.0.0.2:{port}");
        var server = builder.Build();
        var target = new HttpTarget(server, port);
        server.Run(target.AnswerAsync);
        await server.StartAsync();
        return target;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers.Where(h => h.Key is "Authorization" or "X-Secret" or "Accept" or "Content-Type" or "Host").Select(h => $"{h.Key}={h.Value}");
        Seen.Enqueue($"{context.Request.Method} {context.Request.Path} {string.Join(';', headers.Order(StringComparer.Ordinal))} {body}");

        var query = context.Request.Query;
        context.Response.StatusCode = int.TryParse(query["status"], out var status) ? status : 200;
        foreach (var name in new[] { "Location", "Retry-After", "Connection", "Content-Type" })
        {
            if (query[name] is [{ } value])
                context.Response.Headers[name] = value;
        }
        if (query["size"] is [{ } size])
            await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(new string('x', int.Parse(size, null))));
        else if (query.ContainsKey("endless"))
            await WriteForeverAsync(context);
        else if (query.ContainsKey("silent"))
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        else
            await context.Response.WriteAsync("answer to " + body);
    }

    private static async Task WriteForeverAsync(HttpContext context)
    {
        var chunk = new byte[8192];
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
