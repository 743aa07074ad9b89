using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Dispatching;

/// <summary>
/// The places for jobs of which a worker cannot run as many as it has slots: isolated ones, each of which needs a child process, and
/// CPU-bound ones, each of which needs a core. Without their own bound they would fill the slots and wait there, and jobs that only
/// await would starve beside an idle thread pool.
/// </summary>
internal sealed class LimitedPlaces
{
    private readonly TypePlaces[] groups;

    public LimitedPlaces(JobTypeRegistry types, IOptions<IsolationOptions> isolation, IOptions<WorkerOptions> worker, WorkerSignals signals, JobSlots slots)
    {
        var concurrency = worker.Value.Concurrency;
        var children = isolation.Value.Max;
        TypePlaces[] all =
        [
            new(types.All.Where(t => t.Isolated is not null).Select(t => t.Name), () => children, signals),
            new(types.All.Where(t => t is { CpuBound: true, Isolated: null }).Select(t => t.Name), () => CpuBoundPlaces(concurrency, slots.AllowedAhead), signals),
        ];
        groups = [.. all.Where(group => group.Types.Count > 0)];
    }

    /// <summary>What a claim may take now.</summary>
    public IReadOnlyList<TypeLimit> Limits => groups.Length == 0 ? [] : [.. groups.Select(group => new TypeLimit(group.Types, group.Free))];

    /// <summary>
    /// One that runs and one that waits for each core, and where jobs are short as many more as end in the time of a claim; never more
    /// than half of the slots.
    /// </summary>
    internal static int CpuBoundPlaces(int concurrency, int ahead) => Math.Max(1, Math.Min(concurrency / 2, (2 * Environment.ProcessorCount) + ahead));

    public void Take(RunningJob job)
    {
        foreach (var group in groups)
            group.Take(job);
    }

    /// <param name="might">The limits of the claim.</param>
    public void NoteClaim(IReadOnlyList<TypeLimit> might, IReadOnlyList<RunningJob> jobs)
    {
        for (var i = 0; i < groups.Length; i++)
            groups[i].NoteClaim(might[i].Max, jobs);
    }

    public void Release(RunningJob job)
    {
        foreach (var group in groups)
            group.Release(job);
    }
}
