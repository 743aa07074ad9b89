using System.Reflection;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Contracts;

/// <summary>Reads and checks what a handler class declares about retries and time limits.</summary>
internal static class RetryDeclarations
{
    private const double YearInSeconds = 366 * 86_400.0;

    public static RetryRules? RulesOf(Type handler) => handler.GetCustomAttribute<RetryAttribute>() is { } declared
        ? new RetryRules(
            Named(declared.BaseDelaySeconds),
            Named(declared.MaxDelaySeconds),
            declared.DelaysSeconds.Length == 0 ? null : [.. declared.DelaysSeconds.Select(TimeSpan.FromSeconds)],
            Named(declared.MaxAgeSeconds))
        : null;

    public static ExceptionRules ExceptionRulesOf(Type handler) => new(handler.GetCustomAttributes<OnExceptionAttribute>());

    /// <summary>Null where nothing, or zero, is declared.</summary>
    public static TimeSpan? Positive(double? seconds) => seconds > 0 ? TimeSpan.FromSeconds(seconds.Value) : null;

    /// <summary>What is wrong, as the end of a sentence; null where all is well.</summary>
    public static string? MistakeOf(Type handler)
    {
        var retry = handler.GetCustomAttribute<RetryAttribute>();
        var limits = handler.GetCustomAttribute<TimeLimitAttribute>();
        if (retry is not null)
        {
            double[] all = [retry.BaseDelaySeconds, retry.MaxDelaySeconds, retry.MaxAgeSeconds, .. retry.DelaysSeconds];
            if (all.Any(seconds => seconds is < 0 or > YearInSeconds))
                return "has [Retry] with a time that is not between 0 and 366 days";
            if (retry.DelaysSeconds.Length > RetryRules.MaxDelays)
                return $"has [Retry] with more than {RetryRules.MaxDelays} delays";
            if (retry.DelaysSeconds.Length > 0 && !(double.IsNaN(retry.BaseDelaySeconds) && double.IsNaN(retry.MaxDelaySeconds)))
                return "has [Retry] with DelaysSeconds and a backoff; only one of them can hold";
            if (retry.BaseDelaySeconds > retry.MaxDelaySeconds)
                return "has [Retry] with a BaseDelaySeconds longer than its MaxDelaySeconds";
        }

        if (limits is { Seconds: < 0 or > YearInSeconds } or { HeartbeatSeconds: < 0 or > YearInSeconds })
            return "has [TimeLimit] with a time that is not between 0 and 366 days";
        return MistakeOfExceptions([.. handler.GetCustomAttributes<OnExceptionAttribute>()]);
    }

    private static string? MistakeOfExceptions(IReadOnlyList<OnExceptionAttribute> rules)
    {
        if (rules.FirstOrDefault(rule => !rule.Exception.IsAssignableTo(typeof(Exception))) is { } stranger)
            return $"has [OnException] with {stranger.Exception.Name}, which is no exception";
        if (rules.FirstOrDefault(rule => rule.DelaySeconds is < 0 or > YearInSeconds) is { } late)
            return $"has [OnException({late.Exception.Name})] with a DelaySeconds that is not between 0 and 366 days";
        return rules.GroupBy(rule => rule.Exception).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? $"has [OnException] twice for {twice.Key.Name}" : null;
    }

    private static TimeSpan? Named(double seconds) => double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds);
}
