namespace Scheduler.Benchmarks.Children;

/// <summary>A worker process: runs what comes, reports the count, hands out its samples.</summary>
internal static class WorkerProgram
{
    public static async Task RunAsync(Func<Task<IAsyncDisposable>> start)
    {
        Recorder.StartReporting();
        await using var worker = await start();
        await Output.AnswerAsync(_ => Task.FromResult(Recorder.TakeSamples()));
        // A measured worker is not asked to drain.
        Environment.Exit(0);
    }
}
