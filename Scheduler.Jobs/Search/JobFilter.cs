using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Search;

/// <summary>Which jobs are meant. All that is given must hold; nothing given means every job.</summary>
internal sealed record JobFilter
{
    public static readonly JobFilter Any = new();

    /// <summary>One of <see cref="JobStates"/>.</summary>
    public string? State { get; init; }

    public string? Queue { get; init; }
    public string? Type { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public string? RecurringId { get; init; }

    /// <summary>The worker that runs it or ran it last.</summary>
    public string? Worker { get; init; }

    /// <summary>Of a dead-letter group.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Created at or after this instant.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Created before this instant.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Texts that occur in the arguments or the error, whatever their case.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsAny => FilterText.Write(this).Length == 0;
}
