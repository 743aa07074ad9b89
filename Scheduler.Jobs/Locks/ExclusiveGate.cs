using System.Text.Json;
using System.Text.RegularExpressions;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Locks;

/// <summary>Lets a job of an <see cref="ExclusiveAttribute"/> type run only while it holds its resource. Never waits.</summary>
internal sealed partial class ExclusiveGate(NamedLocks locks)
{
    /// <summary>Null where the type is not exclusive. Dispose what it gives when the attempt has ended.</summary>
    /// <param name="onLost">Called at most once, when the resource is lost while the job runs; the job must be stopped.</param>
    /// <exception cref="JobSnoozedException">The resource is taken, or the lock servers are away.</exception>
    /// <exception cref="JobFailedException">The arguments lack a member that the pattern names.</exception>
    public async Task<IAsyncDisposable?> EnterAsync(JobTypeDescriptor type, JobRecord job, Action onLost, CancellationToken cancellationToken) =>
        type.Exclusive is { } exclusive
            ? await EnterAsync(exclusive, ResourceOf(exclusive, job.Args), job.Id, onLost, cancellationToken)
            : null;

    /// <summary>The same for a resource whose name is already known.</summary>
    public async Task<NamedLock> EnterAsync(
        ExclusiveAttribute exclusive, string resource, string jobId, Action onLost, CancellationToken cancellationToken)
    {
        var held = await TryEnterAsync(exclusive, resource, jobId, cancellationToken)
            ?? throw Snoozed(exclusive, $"'{resource}' is taken by another job");
        held.Lost.Register(onLost);
        return held;
    }

    /// <summary>The resource that a snoozed job's reason names as taken; null for any other reason.</summary>
    public static string? TakenIn(string? reason) => TakenReason().Match(reason ?? "") is { Success: true } match ? match.Groups[1].Value : null;

    private async Task<NamedLock?> TryEnterAsync(ExclusiveAttribute exclusive, string resource, string jobId, CancellationToken cancellationToken)
    {
        try
        {
            return await locks.TryAcquireAsync(resource, $"job {jobId}", TimeSpan.FromSeconds(exclusive.MaximumHoldSeconds), cancellationToken);
        }
        catch (LockUnavailableException)
        {
            throw Snoozed(exclusive, $"the lock servers of '{resource}' are away");
        }
    }

    private static string ResourceOf(ExclusiveAttribute exclusive, string args)
    {
        using var document = JsonDocument.Parse(args);
        var members = document.RootElement;
        return ResourcePattern.Fill(exclusive.Resource, name =>
            members.ValueKind == JsonValueKind.Object && members.TryGetProperty(name, out var value) ? TextOf(value) : null);
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    // A quarter more or less, so that jobs that were turned away together do not come back together.
    private static JobSnoozedException Snoozed(ExclusiveAttribute exclusive, string reason) =>
        new($"Waits: {reason}", TimeSpan.FromSeconds(exclusive.RetrySeconds * (0.75 + (Random.Shared.NextDouble() / 2))));

    [GeneratedRegex("^Waits: '(.+)' is taken by another job$", RegexOptions.Singleline)]
    private static partial Regex TakenReason();
}
