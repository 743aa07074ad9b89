using System.ComponentModel.DataAnnotations;

namespace Scheduler.Jobs.Hosting;

/// <summary>One worker process. Section <c>Scheduler:Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Worker";

    /// <summary>Run a worker inside the web host; null (the default) = only with the embedded server. Ignored by <c>Scheduler.Worker</c>.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Jobs in flight in this process, 1 to 100,000. Default: 20 for each core.</summary>
    [Range(1, 100_000, ErrorMessage = "Scheduler:Worker:Concurrency must be between 1 and 100000.")]
    public int Concurrency { get; set; } = 20 * Environment.ProcessorCount;

    /// <summary>
    /// Queues served, in order of preference; an item <c>name:weight</c> takes part by its weight instead.
    /// An array, or one comma-separated text. Default: <c>default</c>.
    /// </summary>
    public IReadOnlyList<string> Queues { get; set; } = ["default"];

    /// <summary>How long a claimed job stays ours without a renewal; a killed worker's jobs run elsewhere after it. Default: 20 seconds.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Longest silence of a handler that has sent a heartbeat, where neither the caller nor the job type names one. Default: 1 minute.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Grace for running jobs after SIGTERM; then they are handed back unspent. Default: 30 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What this worker says of itself in <c>GET /api/v1/workers</c>, for example <c>Scheduler:Worker:Labels:zone</c> = <c>eu-1</c>. At most 16;
    /// names and values of 1 to 64 of <c>A-Z a-z 0-9 . _ : -</c>. Default: none.
    /// </summary>
    public Dictionary<string, string> Labels { get; set; } = [];
}
