using System.Diagnostics;
using Hangfire;
using Hangfire.Redis.StackExchange;
using StackExchange.Redis;

namespace Scheduler.Benchmarks.Peers;

/// <summary>Hangfire with its Redis storage as they come from NuGet, with the recommended serializer settings.</summary>
internal sealed class StockHangfirePeer : Peer
{
    public const string Id = "stock";

    public override string Name => Id;

    public override string Description =>
        $"Hangfire.Core {VersionOf<BackgroundJobServer>()}, Hangfire.Redis.StackExchange {VersionOf<RedisStorage>()}, StackExchange.Redis {VersionOf<ConnectionMultiplexer>()}";

    public override IReadOnlyList<string> EnqueueModes => ["seq", "conc"];

    public override string PreloadMode => "conc";

    public override IReadOnlyList<int?> Concurrencies => [10, 20, 40];

    public override int WaitingConcurrency => 500;

    public override double Share => 0.25;

    protected override ProcessStartInfo Program(int port, string role, string[] arguments) => OwnProgram(Id, port, role, arguments);

    private static string VersionOf<T>() =>
        FileVersionInfo.GetVersionInfo(typeof(T).Assembly.Location).ProductVersion!.Split('+')[0];
}
