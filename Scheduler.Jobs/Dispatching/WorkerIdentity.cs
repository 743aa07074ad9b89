using System.Globalization;
using System.Security.Cryptography;

namespace Scheduler.Jobs.Dispatching;

/// <summary>Who this worker process is, from its start to its end.</summary>
internal sealed class WorkerIdentity(TimeProvider time)
{
    /// <summary>The machine's name.</summary>
    public string Host { get; } = Environment.MachineName;

    /// <summary><c>host:pid:suffix</c>; the suffix tells two workers apart that get the same process id one after the other.</summary>
    public string Id { get; } = string.Create(CultureInfo.InvariantCulture,
        $"{Environment.MachineName}:{Environment.ProcessId}:{RandomNumberGenerator.GetHexString(4, lowercase: true)}");

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();
}
