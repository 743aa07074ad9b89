using System.Text.Json.Serialization;

namespace Scheduler.Jobs.Engine;

/// <summary>When failed attempts are tried again; what is null is decided elsewhere (job, job type, configuration, in this order).</summary>
/// <param name="Delays">Instead of a growing random delay; the last repeats.</param>
/// <param name="MaxAge">Counted from when the job was due first.</param>
/// <param name="Wait">How long after its creation the job was due; kept for <paramref name="MaxAge"/>.</param>
internal sealed record RetryRules(
    [property: JsonPropertyName("b")] TimeSpan? BaseDelay = null,
    [property: JsonPropertyName("x")] TimeSpan? MaxDelay = null,
    [property: JsonPropertyName("d")] IReadOnlyList<TimeSpan>? Delays = null,
    [property: JsonPropertyName("a")] TimeSpan? MaxAge = null,
    [property: JsonPropertyName("w")] TimeSpan? Wait = null)
{
    /// <summary>The most delays a list may have.</summary>
    public const int MaxDelays = 100;

    /// <summary>These, and where they say nothing the others. Delays of one replace the backoff of the other, and the other way round.</summary>
    public RetryRules Over(RetryRules? others)
    {
        if (others is null)
            return this;
        var backsOff = BaseDelay is not null || MaxDelay is not null;
        return new(
            BaseDelay ?? others.BaseDelay, MaxDelay ?? others.MaxDelay, Delays ?? (backsOff ? null : others.Delays), MaxAge ?? others.MaxAge, Wait ?? others.Wait);
    }
}
