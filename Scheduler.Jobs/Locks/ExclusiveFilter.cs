using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Locks;

/// <summary>
/// <see cref="ExclusiveAttribute"/> on a method or class of a Hangfire expression job. A job that finds its resource taken is scheduled
/// again: no failure, no retry counted. Offered only for jobs that carry the attribute; all others run as if it were not there.
/// The lock lies in <c>PerformContext.Items</c> under <see cref="HeldItem"/>.
/// </summary>
internal sealed class ExclusiveFilter(ExclusiveGate gate, TimeProvider clock) : IServerFilter, IElectStateFilter, IJobFilterProvider
{
    /// <summary>Item of the perform context: the <see cref="NamedLock"/> of the running job.</summary>
    public const string HeldItem = "Scheduler.Exclusive.Held";

    // Before all others: what does not run must look to them as if it had not been tried, and must not meet the retry filter.
    private const int First = -1000;

    private static readonly ConcurrentDictionary<(Type, MethodInfo), ExclusiveAttribute?> Declared = new();

    public IEnumerable<JobFilter> GetFilters(Job? job) =>
        job is not null && DeclaredBy(job) is not null ? [new JobFilter(this, JobFilterScope.Global, First)] : [];

    /// <exception cref="JobSnoozedException">The resource is taken. Our runner schedules the job again; so does the election on a stock server.</exception>
    public void OnPerforming(PerformingContext context)
    {
        var job = context.BackgroundJob.Job;
        if (DeclaredBy(job) is not { } exclusive)
            return;
        var resource = ResourcePattern.Fill(exclusive.Resource, place => ArgumentOf(job, place));
        // Hangfire's filters are synchronous; this one blocks the thread that the job would block anyway.
        context.Items[HeldItem] = gate.EnterAsync(exclusive, resource, context.BackgroundJob.Id, static () => { }, context.CancellationToken.ShutdownToken)
            .GetAwaiter().GetResult();
    }

    public void OnPerformed(PerformedContext context)
    {
        if (context.Items.Remove(HeldItem, out var held))
            ((NamedLock)held).DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is FailedState { Exception: JobSnoozedException snoozed })
            context.CandidateState = new ScheduledState((clock.GetUtcNow() + snoozed.Delay).UtcDateTime) { Reason = snoozed.Message };
    }

    private static ExclusiveAttribute? DeclaredBy(Job job) => Declared.GetOrAdd(
        (job.Type, job.Method),
        static key => key.Item2.GetCustomAttribute<ExclusiveAttribute>() ?? key.Item1.GetCustomAttribute<ExclusiveAttribute>());

    private static string? ArgumentOf(Job job, string place) =>
        int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < job.Args.Count && job.Args[index] is { } value
            ? Convert.ToString(value, CultureInfo.InvariantCulture)
            : null;
}
