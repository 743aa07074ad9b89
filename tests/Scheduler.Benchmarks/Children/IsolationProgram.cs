using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduler.Jobs.Client;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Benchmarks.Children;

/// <summary>
/// A worker with a client in one process: <c>one TYPE n</c> runs jobs one after the other and answers their times from enqueue to
/// result, <c>many TYPE n</c> all at once and answers jobs a second, <c>harm WAY n</c> starts jobs that harm their process and does not wait, <c>calm all 0</c> waits for these.
/// </summary>
internal static class IsolationProgram
{
    private static readonly List<Task> harms = [];
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(5);

    /// <param name="settings">Pairs of key and value.</param>
    public static async Task RunAsync(int port, string[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:Redis", $"127.0.0.1:{port}"), new("Scheduler:AllowUnsafeRedis", "true")]);
        builder.Services.AddScheduler(builder.Configuration).AddJobsFrom(typeof(IsolationProgram).Assembly).AddWorker();
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<ISchedulerClient>();
        await Output.AnswerAsync(words => AnswerAsync(client, words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture)));
        Environment.Exit(0);
    }

    private static async Task<string> AnswerAsync(ISchedulerClient client, string what, string of, int count) => what switch
    {
        "one" => string.Join(' ', (await OneByOneAsync(client, of, count)).Select(ms => ms.ToString("F3", CultureInfo.InvariantCulture))),
        "many" => (await ManyAsync(client, of, count)).ToString("F1", CultureInfo.InvariantCulture),
        "harm" => await HarmAsync(client, of, count),
        _ => await CalmAsync(),
    };

    private static async Task<double[]> OneByOneAsync(ISchedulerClient client, string type, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var begun = Recorder.NowUs;
            await client.EnqueueAndWaitAsync<object>(Request(type), CancellationToken.None);
            times[i] = (Recorder.NowUs - begun) / 1000.0;
            await Task.Delay(Spacing);
        }
        return times;
    }

    private static async Task<double> ManyAsync(ISchedulerClient client, string type, int count)
    {
        var ids = await client.EnqueueAllAsync(Enumerable.Range(0, count).Select(_ => Request(type) with { Delay = TimeSpan.FromSeconds(1) }), CancellationToken.None);
        var ends = ids.Select(id => client.WaitAsync(id, CancellationToken.None)).ToList();
        await Task.WhenAny(ends);
        var begun = Recorder.NowUs;
        await Task.WhenAll(ends);
        return (count - 1) * 1e6 / (Recorder.NowUs - begun);
    }

    private static async Task<string> HarmAsync(ISchedulerClient client, string way, int count)
    {
        var (apart, limit) = way switch
        {
            "loop" or "block" => (TimeSpan.Zero, TimeSpan.FromSeconds(25)),
            "ignore" => (TimeSpan.Zero, TimeSpan.FromSeconds(4)),
            // A job that kills its process is begun three times.
            _ => (TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(25)),
        };
        var ids = await client.EnqueueAllAsync(
            Enumerable.Range(0, count).Select(i => JobRequest.Named("bench.harm", new { payload = way }) with { Timeout = limit, Delay = i * apart }), CancellationToken.None);
        harms.AddRange(ids.Select(id => client.WaitAsync(id, CancellationToken.None)));
        return "";
    }

    private static async Task<string> CalmAsync()
    {
        await Task.WhenAll(harms);
        harms.Clear();
        return "";
    }

    private static JobRequest Request(string type) => JobRequest.Named(type, new { payload = "x" });
}
