using Hangfire.Server;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// What a scheduler worker does beside running jobs, for deployments that have stock Hangfire servers only: takes back expired
/// leases, moves due jobs, starts continuations.
/// </summary>
internal sealed class StorageUpkeep(ClaimStore claims, ContinuationStarter continuations) : IBackgroundProcess
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public void Execute(BackgroundProcessContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // Hangfire gives every process a thread of its own, so waiting here holds up nobody.
        PassAsync(context.StoppingToken).GetAwaiter().GetResult();
        context.Wait(Pause);
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        while (await claims.ReapAsync(cancellationToken) == ClaimStore.MaxBatch)
        {
        }
        while ((await claims.PromoteDueAsync(cancellationToken)).Moved == ClaimStore.PromoteBatch)
        {
        }
        while (continuations.StartDue() > 0)
        {
        }
    }
}
