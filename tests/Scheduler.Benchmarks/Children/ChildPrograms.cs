using System.Globalization;
using Scheduler.Benchmarks.Peers;

namespace Scheduler.Benchmarks.Children;

/// <summary>The measured processes: <c>child PEER produce|work PORT [CONCURRENCY]</c>, <c>child PEER isolate PORT [KEY VALUE]...</c>.</summary>
internal static class ChildPrograms
{
    public static async Task<int> RunAsync(string peer, string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var port = int.Parse(args[1], CultureInfo.InvariantCulture);
        if (args[0] == "isolate")
        {
            await IsolationProgram.RunAsync(port, args[2..]);
            return 0;
        }
        int? concurrency = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : null;
        switch (args[0], peer)
        {
            case ("produce", StockHangfirePeer.Id):
                await ProducerProgram.RunAsync(new HangfireEnqueuer(StockHangfire.Client(port)));
                break;
            case ("work", StockHangfirePeer.Id):
                await WorkerProgram.RunAsync(() => Task.FromResult<IAsyncDisposable>(StockHangfire.StartServer(port, concurrency!.Value)));
                break;
            case ("produce", _):
                await using (var host = await SchedulerHosts.StartClientAsync(port))
                    await ProducerProgram.RunAsync(peer == SchedulerPeer.Id ? host.TypedEnqueuer() : host.HangfireEnqueuer());
                break;
            default:
                await WorkerProgram.RunAsync(async () => await SchedulerHosts.StartWorkerAsync(port, concurrency));
                break;
        }
        return 0;
    }

    /// <summary>A child process of a worker that a section runs in this program: no server, no sections.</summary>
    public static async Task<int> RunIsolatedAsync()
    {
        await using var host = await SchedulerHosts.StartWorkerAsync(port: 0, null);
        return 0;
    }
}
