using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Client;

/// <summary>Turns what .NET code asks for into a checked job. The rules are those of the HTTP API.</summary>
internal sealed class JobRequestCheck(JobTypeRegistry types, JobStore jobs, TimeProvider time)
{
    private const int MaxTags = 20, MaxAttempts = 100, MaxArgsLength = 262_144;

    // Made once, not for each job that breaks none of them.
    private static readonly string TagsRule = $"must be at most {MaxTags}; each {Names.TagRule}";
    private static readonly string AttemptsRule = $"must be between 1 and {MaxAttempts}";
    private static readonly string LengthRule = $"must have at most {MaxArgsLength} characters of JSON";

    private static readonly JsonElement NoArgs = JsonElement.Parse("{}");

    /// <exception cref="InvalidJobException">The request breaks a rule.</exception>
    public NewJob ToNewJob(JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        types.TryGet(request.Type, out var descriptor);
        var queue = request.Queue ?? descriptor?.Queue ?? "default";
        Require(JobTypeScanner.IsJobTypeName(request.Type), "Type", "must be 1 to 100 of a-z, 0-9, dot, dash and underscore");
        Require(Names.IsQueue(queue), "Queue", Names.QueueRule);
        Require(request.Delay is null || request.RunAt is null, "Delay", "and RunAt exclude each other");
        Require(request.Delay is not { } delay || (delay >= TimeSpan.Zero && delay <= IsoDuration.Longest), "Delay", "must be between zero and 366 days");
        Require(request.Tags.Count <= MaxTags && request.Tags.All(Names.IsTag), "Tags", TagsRule);
        Require(request.MaxAttempts is null or (>= 1 and <= MaxAttempts), "MaxAttempts", AttemptsRule);
        Require(request.Timeout is not { } timeout || (timeout > TimeSpan.Zero && timeout <= IsoDuration.Longest), "Timeout", "must be longer than zero and at most 366 days");
        Require(request.ExpiresIn is not { } expires || (expires > TimeSpan.Zero && expires <= IsoDuration.Longest), "ExpiresIn", "must be longer than zero and at most 366 days");
        Require(request.HeartbeatTimeout is not { } silence || (silence > TimeSpan.Zero && silence <= IsoDuration.Longest), "HeartbeatTimeout", "must be longer than zero and at most 366 days");
        return new NewJob
        {
            Id = jobs.NewId(),
            Type = request.Type,
            Args = ReadArgs(request, descriptor),
            Queue = queue,
            Delay = request.Delay,
            RunAt = request.RunAt,
            ExpiresIn = request.ExpiresIn,
            Tags = request.Tags.Count < 2 ? request.Tags : [.. request.Tags.Distinct(StringComparer.Ordinal)],
            MaxAttempts = request.MaxAttempts,
            Timeout = request.Timeout,
            HeartbeatTimeout = request.HeartbeatTimeout,
            Retry = request.Retry is { } retry ? RulesOf(retry, request.Delay ?? (request.RunAt - time.GetUtcNow())) : null,
        };
    }

    private static RetryRules RulesOf(JobRetry retry, TimeSpan? wait)
    {
        TimeSpan?[] all = [retry.BaseDelay, retry.MaxDelay, retry.MaxAge, .. retry.Delays ?? []];
        Require(all.All(time => time is null || (time >= TimeSpan.Zero && time <= IsoDuration.Longest)), "Retry", "has a time that is not between zero and 366 days");
        Require(retry.Delays is null or { Count: > 0 and <= RetryRules.MaxDelays }, "Retry.Delays", $"must be 1 to {RetryRules.MaxDelays}");
        Require(retry.Delays is null || (retry.BaseDelay ?? retry.MaxDelay) is null, "Retry.Delays", "and a backoff exclude each other");
        Require(retry.BaseDelay is null || retry.MaxDelay is null || retry.BaseDelay <= retry.MaxDelay, "Retry.BaseDelay", "must not be longer than its MaxDelay");
        return new RetryRules(retry.BaseDelay, retry.MaxDelay, retry.Delays, retry.MaxAge, retry.MaxAge is null ? null : wait);
    }

    private static string ReadArgs(JobRequest request, JobTypeDescriptor? descriptor)
    {
        var args = request.Args is { } given ? JsonSerializer.SerializeToElement(given, given.GetType(), JobJson.Options) : NoArgs;
        Require(args.ValueKind == JsonValueKind.Object, "Args", "must be written as a JSON object");
        if (descriptor is not null && descriptor.Validate(args) is { Count: > 0 } errors)
            throw new InvalidJobException(Describe(request.Type, errors));
        var json = args.GetRawText();
        Require(json.Length <= MaxArgsLength, "Args", LengthRule);
        return json;
    }

    private static string Describe(string type, IReadOnlyDictionary<string, string[]> errors) =>
        $"The arguments do not fit job type {type}: " + string.Join("; ", errors.Take(5).Select(e => $"{(e.Key.Length == 0 ? "the object" : e.Key)} {e.Value[0].TrimEnd('.')}")) + ".";

    private static void Require(bool holds, string member, string rule)
    {
        if (!holds)
            throw new InvalidJobException($"{member} {rule}.");
    }
}
