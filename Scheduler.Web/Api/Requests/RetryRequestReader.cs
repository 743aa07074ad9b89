using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.Web.Api.Requests;

/// <summary>Reads a job's member <c>retry</c>: when its failed attempts are tried again.</summary>
internal static class RetryRequestReader
{
    /// <returns>The rules and the number of attempts; nulls where the caller names none.</returns>
    public static (RetryRules? Rules, int? MaxAttempts) Read(JsonFields job, TimeSpan? wait)
    {
        var maxAttempts = job.Integer("maxAttempts", JobRequestReader.MinAttempts, JobRequestReader.MaxAttempts);
        if (job.Nested("retry") is not { } retry)
            return (null, maxAttempts);
        var ofRetry = retry.Integer("maxAttempts", JobRequestReader.MinAttempts, JobRequestReader.MaxAttempts);
        if (maxAttempts is not null && ofRetry is not null)
            retry.Refuse("maxAttempts", "and the job's own maxAttempts exclude each other");
        var rules = new RetryRules(
            retry.Duration("baseDelay"), retry.Duration("maxDelay"), retry.Durations("delays", RetryRules.MaxDelays), retry.PositiveDuration("maxAge"));
        Check(retry, rules);
        retry.RefuseOthers();
        return (rules == new RetryRules() ? null : rules with { Wait = rules.MaxAge is null ? null : wait }, ofRetry ?? maxAttempts);
    }

    private static void Check(JsonFields retry, RetryRules rules)
    {
        if (rules.Delays is { Count: 0 })
            retry.Refuse("delays", "must have at least 1 item");
        if (rules.Delays is not null && (rules.BaseDelay ?? rules.MaxDelay) is not null)
            retry.Refuse("delays", "and a backoff of baseDelay and maxDelay exclude each other");
        if (rules.BaseDelay > rules.MaxDelay)
            retry.Refuse("baseDelay", "must not be longer than maxDelay");
    }
}
