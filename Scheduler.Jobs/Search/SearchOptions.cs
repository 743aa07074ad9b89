using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Search;

/// <summary>What the job search may spend. Section <c>Scheduler:Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Search";

    /// <summary>What is configured to have no index at all.</summary>
    internal const string None = "none";

    /// <summary>
    /// Indexes to keep, of <c>state</c>, <c>queue</c>, <c>type</c> and <c>worker</c>; <c>none</c> drops them all. How they stand is in Redis,
    /// for every process alike: say it on one. Default (empty): as they stand, at first none.
    /// </summary>
    public IReadOnlyList<string> Indexes { get; set; } = [];
}

/// <summary>Names that are none.</summary>
internal sealed class SearchOptionsValidator : IValidateOptions<SearchOptions>
{
    public ValidateOptionsResult Validate(string? name, SearchOptions options) =>
        options.Indexes.FirstOrDefault(index => index != SearchOptions.None && !IndexState.Fields.Contains(index)) is { } wrong
            ? ValidateOptionsResult.Fail($"{SearchOptions.Section}:Indexes names '{wrong}'; name {string.Join(", ", IndexState.Fields)}, or {SearchOptions.None}.")
            : options.Indexes.Contains(SearchOptions.None) && options.Indexes.Count > 1
                ? ValidateOptionsResult.Fail($"{SearchOptions.Section}:Indexes names none and others; name one or the other.")
                : ValidateOptionsResult.Success;
}
