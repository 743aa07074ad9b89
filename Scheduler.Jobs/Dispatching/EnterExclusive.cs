using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Takes the resource of an exclusive job type before its handler runs; never waits.</summary>
/// <param name="onLost">Called when the resource is lost while the job runs.</param>
/// <returns>What to dispose when the attempt has ended; null where the type is not exclusive.</returns>
/// <exception cref="JobSnoozedException">The resource is taken.</exception>
internal delegate Task<IAsyncDisposable?> EnterExclusive(JobTypeDescriptor type, JobRecord job, Action onLost, CancellationToken cancellationToken);
