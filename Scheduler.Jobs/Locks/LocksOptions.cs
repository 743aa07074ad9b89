using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.Jobs.Locks;

/// <summary>Named locks. Section <c>Scheduler:Locks</c>.</summary>
public sealed class LocksOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Locks";

    /// <summary>
    /// StackExchange.Redis connection strings of independent masters: none (the default) = the scheduler's own Redis; one other; or an
    /// odd number from 3, of which a majority must agree. Replicas of one master are not independent.
    /// </summary>
    public IReadOnlyList<string> Endpoints { get; set; } = [];

    /// <summary>How long a lock outlives a holder that died; it is renewed every half of it. Default: 20 seconds.</summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a holder checks that the lock is still its own. Default: 2 seconds.</summary>
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>What must hold between the settings.</summary>
internal sealed class LocksOptionsValidator : IValidateOptions<LocksOptions>
{
    public ValidateOptionsResult Validate(string? name, LocksOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(LocksOptions options)
    {
        var count = options.Endpoints.Count;
        if (count is not (0 or 1) && count % 2 == 0)
            yield return $"{LocksOptions.Section}:Endpoints names {count} masters; name none (the one Redis), 1, or an odd number from 3, so that there is a majority.";
        if (options.Expiry < TimeSpan.FromSeconds(1) || options.Expiry > TimeSpan.FromMinutes(10))
            yield return $"{LocksOptions.Section}:Expiry ({options.Expiry:c}) must be between 00:00:01 and 00:10:00.";
        if (options.CheckEvery < TimeSpan.FromMilliseconds(50) || options.CheckEvery >= options.Expiry / 2)
            yield return $"{LocksOptions.Section}:CheckEvery ({options.CheckEvery:c}) must be at least 00:00:00.0500000 and shorter than half of {LocksOptions.Section}:Expiry ({options.Expiry:c}), because the lock is renewed at that half.";
        for (var n = 0; n < count; n++)
        {
            if (AddressOf(options.Endpoints[n]) is null)
                yield return $"{LocksOptions.Section}:Endpoints:{n} is not a StackExchange.Redis connection string with one master, for example locks-{n}:6379.";
        }
        if (options.Endpoints.Select(AddressOf).OfType<string>().GroupBy(a => a, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"{LocksOptions.Section}:Endpoints names {twice.Key} twice; a majority needs independent masters.";
    }

    private static string? AddressOf(string endpoint)
    {
        try
        {
            return ConfigurationOptions.Parse(endpoint) is { EndPoints: [var one] } && RedisConnection.NamesAServer(one) ? one.ToString() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
