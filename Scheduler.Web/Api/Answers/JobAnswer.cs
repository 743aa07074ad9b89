using System.Text.Json;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Dispatching;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Web.Api.Answers;

/// <summary>A job as the API shows it.</summary>
internal sealed class JobAnswer(JobTypeRegistry types, IOptions<RetryOptions> retry)
{
    // Asked for plans only, which nothing random enters.
    private readonly RetryPolicy policy = new(retry, Random.Shared);

    public IResult Answer(int status, JobRecord job, params IReadOnlyList<(string Name, string Value)> headers) =>
        new ApiJson(status, writer => Write(writer, job)) { Headers = headers };

    public void Write(Utf8JsonWriter writer, JobRecord job)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, job.Id);
        writer.WriteString("type"u8, job.Type);
        writer.WriteString("queue"u8, job.Queue);
        writer.WriteString("state"u8, job.State.ToLowerInvariant());
        writer.WriteStoredJson("args"u8, job.Args);
        writer.WriteStoredJson("result"u8, job.Result);
        writer.WriteObject("error"u8, job.Error, WriteError);
        if (job.Fingerprint is { } group)
            writer.WriteString("fingerprint"u8, group);
        writer.WriteNumber("attempt"u8, job.Attempt);
        WriteLimits(writer, job);
        writer.WriteObject("progress"u8, job.Progress, WriteProgress);
        writer.WriteStrings("tags"u8, job.Tags);
        writer.WriteInstant("createdAt"u8, job.CreatedAt);
        writer.WriteInstant("runAt"u8, job.RunAt);
        writer.WriteInstant("expiresAt"u8, job.ExpiresAt);
        writer.WriteInstant("startedAt"u8, job.StartedAt);
        writer.WriteInstant("finishedAt"u8, job.FinishedAt);
        writer.WriteString("worker"u8, job.Worker);
        writer.WriteString("recurringId"u8, job.RecurringId);
        writer.WriteInstant("scheduledFor"u8, job.ScheduledFor);
        writer.WriteObjects("history"u8, job.History, WriteHistoryEntry);
        writer.WriteEndObject();
    }

    private void WriteLimits(Utf8JsonWriter writer, JobRecord job)
    {
        types.TryGet(job.Type, out var type);
        var plan = policy.PlanFor(job, type);
        writer.WriteNumber("maxAttempts"u8, plan.MaxAttempts);
        writer.WriteDuration("timeout"u8, job.Timeout ?? type?.Timeout);
        writer.WriteDuration("heartbeatTimeout"u8, job.HeartbeatTimeout ?? type?.HeartbeatTimeout);
        writer.WriteObject("retry"u8, job.IsTyped ? plan : null, WriteRetry);
    }

    private static void WriteRetry(Utf8JsonWriter writer, RetryPlan plan)
    {
        writer.WriteNumber("maxAttempts"u8, plan.MaxAttempts);
        writer.WriteDuration("baseDelay"u8, plan.Delays is null ? plan.BaseDelay : null);
        writer.WriteDuration("maxDelay"u8, plan.Delays is null ? plan.MaxDelay : null);
        if (plan.Delays is null)
            writer.WriteNull("delays"u8);
        else
            writer.WriteStrings("delays"u8, plan.Delays.Select(IsoDuration.Format));
        writer.WriteDuration("maxAge"u8, plan.MaxAge);
    }

    /// <summary>The members of an error.</summary>
    public static void WriteError(Utf8JsonWriter writer, JobError error)
    {
        writer.WriteString("type"u8, error.Type);
        writer.WriteString("message"u8, error.Message);
        writer.WriteNumber("attempt"u8, error.Attempt);
        if (error.Evidence is { } evidence)
            writer.WriteObject("evidence"u8, evidence, WriteEvidence);
    }

    private static void WriteEvidence(Utf8JsonWriter writer, ChildDeath death)
    {
        writer.WriteNumber("exitCode"u8, death.ExitCode);
        writer.WriteString("signal"u8, death.Signal);
        writer.WriteString("killedFor"u8, death.KilledFor);
        writer.WriteStrings("lastOutput"u8, death.LastOutput);
    }

    private static void WriteProgress(Utf8JsonWriter writer, ProgressRecord progress)
    {
        writer.WriteNumber("percent"u8, progress.Percent);
        writer.WriteString("message"u8, progress.Message);
    }

    private static void WriteHistoryEntry(Utf8JsonWriter writer, HistoryEntry entry)
    {
        writer.WriteString("state"u8, entry.State.ToLowerInvariant());
        writer.WriteInstant("at"u8, entry.At);
        writer.WriteString("reason"u8, entry.Reason);
        if (entry.Worker is not null)
            writer.WriteString("worker"u8, entry.Worker);
    }
}
