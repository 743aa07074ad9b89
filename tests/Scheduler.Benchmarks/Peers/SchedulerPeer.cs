using System.Diagnostics;

namespace Scheduler.Benchmarks.Peers;

/// <summary>The scheduler with typed jobs through <c>ISchedulerClient</c>, and a worker host with its default settings.</summary>
internal sealed class SchedulerPeer : Peer
{
    public const string Id = "scheduler";

    public override string Name => Id;

    public override string Description => "this scheduler: typed jobs, ISchedulerClient, worker as it comes; events, history and results on";

    public override IReadOnlyList<int?> Concurrencies => [null];

    public override int WaitingConcurrency => 5000;

    protected override ProcessStartInfo Program(int port, string role, string[] arguments) => OwnProgram(Id, port, role, arguments);
}

/// <summary>The scheduler as Hangfire's users meet it: <c>IBackgroundJobClient</c> and expression jobs.</summary>
internal sealed class SchedulerHangfirePeer : Peer
{
    public const string Id = "scheduler-hf";

    public override string Name => Id;

    public override string Description => "this scheduler through Hangfire's own IBackgroundJobClient: expression jobs, the same worker";

    public override IReadOnlyList<string> EnqueueModes => ["seq", "conc"];

    public override string PreloadMode => "conc";

    public override IReadOnlyList<int?> Concurrencies => [null];

    public override int WaitingConcurrency => 5000;

    protected override ProcessStartInfo Program(int port, string role, string[] arguments) => OwnProgram(Id, port, role, arguments);
}
