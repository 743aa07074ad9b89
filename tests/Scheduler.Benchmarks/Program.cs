using Scheduler.Benchmarks.Children;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Benchmarks;

/// <summary>Measures the scheduler beside its rivals. With <c>child</c> as its first argument it is one of the measured processes.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["child", var peer, .. var rest])
            return await ChildPrograms.RunAsync(peer, rest);
        if (IsolatedChild.IsCurrent)
            return await ChildPrograms.RunIsolatedAsync();
        if (!BenchOptions.TryParse(args, out var options, out var problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }
        try
        {
            return await Benchmark.RunAsync(options);
        }
        catch (Exception failure)
        {
            // Caught, so that the servers and processes of the run are ended on the way here.
            await Console.Error.WriteLineAsync(failure.ToString());
            return 1;
        }
    }
}
