using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Web.Api.Answers;

/// <summary>Says with every acceptance what the accepted job survives, as far as that was reached; docs/operations.md explains the values.</summary>
internal sealed class DurabilityHeader(ServerDurability server, ReplicaConfirmation replicas)
{
    public const string Name = "Scheduler-Durability";

    /// <summary>Waits for replicas where that is configured. The jobs exist whatever comes of it.</summary>
    public async ValueTask StateAsync(HttpResponse response, EnqueueResult result)
    {
        if (JobOf(result) is not { } job)
            return;
        var level = replicas.IsAsked && await replicas.ReachedAsync(job) ? ServerDurability.Replicated : server.Level;
        if (level is not null)
            response.Headers[Name] = level;
    }

    // Of a batch, one for all: they were made at once.
    private static string? JobOf(EnqueueResult result) => result switch
    {
        EnqueueResult.Accepted accepted => accepted.Ids[^1],
        EnqueueResult.Replayed replayed => replayed.Ids[^1],
        _ => null,
    };
}
