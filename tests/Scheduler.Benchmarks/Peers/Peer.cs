using System.Diagnostics;
using System.Globalization;
using Scheduler.Benchmarks.Harness;

namespace Scheduler.Benchmarks.Peers;

/// <summary>One product under measurement: how to start its producer and its worker, and with which settings it does best.</summary>
internal abstract class Peer
{
    /// <summary>Stock first: the others' ratios are to it.</summary>
    public static IReadOnlyList<Peer> All { get; } = [new StockHangfirePeer(), new BullMqPeer(), new SchedulerPeer(), new SchedulerHangfirePeer()];

    public static Peer Stock => All[0];

    public abstract string Name { get; }

    public abstract string Description { get; }

    /// <summary>Modes of <c>enqueue</c>: one call after the other, 32 at once, 500 jobs a call.</summary>
    public virtual IReadOnlyList<string> EnqueueModes => ["seq", "conc", "bulk"];

    /// <summary>How jobs are put in place before a measurement of workers.</summary>
    public virtual string PreloadMode => "bulk";

    /// <summary>Jobs at a time worth trying for jobs that do nothing; null = the product's default.</summary>
    public abstract IReadOnlyList<int?> Concurrencies { get; }

    /// <summary>Jobs at a time for jobs that wait.</summary>
    public abstract int WaitingConcurrency { get; }

    /// <summary>A slow peer gets fewer jobs; rates are compared.</summary>
    public virtual double Share => 1;

    /// <summary>Best of <see cref="Concurrencies"/>, once a sweep has found it.</summary>
    public int? Concurrency { get; set; }

    /// <summary>Installs what is needed. Null when ready, else what is missing.</summary>
    public virtual Task<string?> PrepareAsync() => Task.FromResult<string?>(null);

    public int CountOf(BenchOptions options, int full, int quick) => Math.Max(100, (int)(options.Count(full, quick) * Share));

    public async Task<Child> StartProducerAsync(RedisServer redis)
    {
        var child = Child.Start(Program(redis.Port, "produce", []));
        await child.ReadyAsync();
        // What it enqueued to warm up.
        await redis.CleanAsync();
        return child;
    }

    public async Task<Child> StartWorkerAsync(RedisServer redis, int? concurrency)
    {
        var child = StartWorker(redis, concurrency);
        await child.ReadyAsync();
        return child;
    }

    public Child StartWorker(RedisServer redis, int? concurrency) =>
        Child.Start(Program(redis.Port, "work", concurrency is { } n ? [n.ToString(CultureInfo.InvariantCulture)] : []));

    protected abstract ProcessStartInfo Program(int port, string role, string[] arguments);

    /// <summary>A process of this program.</summary>
    public static ProcessStartInfo OwnProgram(string peer, int port, string role, string[] arguments) => new(
        Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath! : "dotnet",
        [typeof(Peer).Assembly.Location, "child", peer, role, port.ToString(CultureInfo.InvariantCulture), .. arguments])
    {
        WorkingDirectory = AppContext.BaseDirectory,
    };
}
