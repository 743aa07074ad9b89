using System.Globalization;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Sealing;

namespace Scheduler.Jobs.Recurring;

/// <summary>What a person or a client does with schedules. Every change is one script that checks what was read before.</summary>
internal sealed class RecurringStore(
    RedisClient redis, ScheduleStore store, JobStore jobs, IOptions<RecurringOptions> options, ArgsSeal? seal = null)
{
    private static readonly RedisScript NoteTrigger = RedisScript.Load("note_trigger");

    /// <summary>Null where there is no such schedule.</summary>
    public async Task<ScheduleRecord?> GetAsync(string id, CancellationToken cancellationToken) =>
        (await store.ReadAsync(id, cancellationToken)).Schedule;

    /// <summary>By id. Ids are read all at once: they are small, and the index that Hangfire shares is not in their order.</summary>
    public async Task<Page<ScheduleRecord>> ListAsync(int limit, string? cursor, CancellationToken cancellationToken)
    {
        var all = await redis.SortedSetRangeByRankAsync(redis.Keys.RecurringJobs).WaitAsync(cancellationToken);
        string[] ids = [.. all.Select(id => id.ToString()).Where(id => cursor is null || string.CompareOrdinal(id, cursor) > 0)
            .Order(StringComparer.Ordinal).Take(limit + 1)];
        var page = await store.ReadAsync([.. ids.Take(limit)], cancellationToken);
        return new Page<ScheduleRecord>([.. page.Select(p => p.Schedule).OfType<ScheduleRecord>()], ids.Length > limit ? ids[limit - 1] : null);
    }

    /// <summary>Creates or replaces. The definition's timing has been checked.</summary>
    public async Task<PutScheduleResult> PutAsync(
        string id, ScheduleDefinition definition, SchedulePrecondition precondition, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < ScheduleStore.MaxTries; tries++)
        {
            var found = await store.ReadAsync(id, cancellationToken);
            if (!precondition.Holds(found.Schedule))
                return new PutScheduleResult.PreconditionFailed();
            var change = Put(id, definition, found);
            if (await store.WriteAsync([change], cancellationToken) is not [var revision])
                continue;
            var written = change.Schedule with { Revision = revision };
            return found.Schedule is null ? new PutScheduleResult.Created(written) : new PutScheduleResult.Replaced(written);
        }
        throw ScheduleStore.Overtaken(id);
    }

    /// <summary>Creates or replaces up to 1,000, all or none. Gives the schedules in order.</summary>
    public async Task<IReadOnlyList<ScheduleRecord>> PutManyAsync(
        IReadOnlyList<(string Id, ScheduleDefinition Definition)> schedules, CancellationToken cancellationToken)
    {
        string[] ids = [.. schedules.Select(s => s.Id)];
        for (var tries = 0; tries < ScheduleStore.MaxTries; tries++)
        {
            var found = await store.ReadAsync(ids, cancellationToken);
            ScheduleChange[] changes = [.. schedules.Select((s, i) => Put(s.Id, s.Definition, found[i]))];
            if (await store.WriteAsync(changes, cancellationToken) is { } revisions)
                return [.. changes.Select((c, i) => c.Schedule with { Revision = revisions[i] })];
        }
        throw ScheduleStore.Overtaken($"{ids[0]} or one of the {ids.Length - 1} after it");
    }

    /// <summary>What a put would make of it; nothing is written.</summary>
    public async Task<ScheduleRecord> TryOutAsync(string id, ScheduleDefinition definition, CancellationToken cancellationToken)
    {
        var found = await store.ReadAsync(id, cancellationToken);
        return Put(id, definition, found).Schedule;
    }

    public async Task<DeleteScheduleResult> DeleteAsync(string id, SchedulePrecondition precondition, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < ScheduleStore.MaxTries; tries++)
        {
            var (current, stamp, _, _) = await store.ReadAsync(id, cancellationToken);
            if (!precondition.Holds(current))
                return DeleteScheduleResult.PreconditionFailed;
            if (current is null)
                return DeleteScheduleResult.NotFound;
            if (await store.DeleteAsync(id, stamp, cancellationToken) is { } removed)
                return removed ? DeleteScheduleResult.Deleted : DeleteScheduleResult.NotFound;
        }
        throw ScheduleStore.Overtaken(id);
    }

    /// <summary>Instants pass without a job until somebody resumes or <paramref name="until"/> comes. Null = no such schedule.</summary>
    public Task<ScheduleRecord?> PauseAsync(string id, string? note, DateTimeOffset? until, CancellationToken cancellationToken) =>
        store.ChangeAsync(id, current => Paused(current, new SchedulePause(note, until, current.ReadAt)), cancellationToken);

    /// <summary>Fires again from now on; what passed meanwhile was not missed. Null = no such schedule.</summary>
    public Task<ScheduleRecord?> ResumeAsync(string id, CancellationToken cancellationToken) =>
        store.ChangeAsync(id, current => current.Paused is null ? null : Paused(current, null), cancellationToken);

    /// <summary>Makes a job now, beside the instants. Null = no such schedule.</summary>
    /// <param name="args">Instead of the schedule's own; null = those. They have been checked.</param>
    public async Task<(NewJob Job, EnqueueResult Result)?> TriggerAsync(
        string id, string? args, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (await GetAsync(id, cancellationToken) is not { } schedule)
            return null;
        var job = schedule.NewJob(jobs.NewId());
        if (args is not null)
            job = job with { Args = args };
        var result = await jobs.EnqueueAsync([job], key, cancellationToken);
        // crash point: the job exists, the schedule does not show it as its last one; the next firing mends that
        if (result is EnqueueResult.Accepted)
            await NoteTrigger.RunAsync(redis, [], [id, job.Id]).WaitAsync(cancellationToken);
        return (job, result);
    }

    private static ScheduleChange Paused(ScheduleRecord current, SchedulePause? pause)
    {
        var changed = current with { StoredPause = pause, Failures = 0 };
        var fields = new Dictionary<string, string?> { [ScheduleFields.Paused] = pause?.ToJson(), [ScheduleFields.Failures] = null };
        // Silence on purpose is not alarming; it counts anew from the end.
        var silence = pause is null ? current.Definition.MaxSilence : TimeSpan.Zero;
        return new ScheduleChange(changed with { NextAt = changed.NextAfter(current.ReadAt) }, fields, Silence: silence ?? TimeSpan.Zero);
    }

    private ScheduleChange Put(string id, ScheduleDefinition definition, FoundSchedule found)
    {
        var calculator = OccurrenceCalculator.TryCreate(definition.Timing, id, found.Calendars, out var error)
            ?? throw new ArgumentException(error?.ToString(), nameof(definition));
        var replacement = Replacement(id, found, new CompiledSchedule(definition, null, calculator, null)) with { Stamp = found.Stamp };
        return new ScheduleChange(replacement, FieldsOf(id, definition), IsNewDefinition: true, SilenceAfter(found.Schedule, definition));
    }

    /// <summary>The schedule as it will be. With the same timing it keeps its next instant: a redeployment loses no firing that is due.</summary>
    private static ScheduleRecord Replacement(string id, FoundSchedule found, CompiledSchedule compiled)
    {
        var current = found.Schedule;
        var replacement = (current ?? new ScheduleRecord { Id = id, Stamp = "", ReadAt = found.Now, Revision = "", Compiled = compiled })
            with { Compiled = compiled, Error = null };
        var keepsNext = current?.NextAt is not null && current.Error is null && replacement.RunsLeft != 0
            && current.Definition.HasTimingOf(compiled.Definition);
        return keepsNext ? replacement : replacement with { NextAt = replacement.NextAfter(found.Now) };
    }

    /// <summary>A redeployment does not wind the dead man's switch up again.</summary>
    private static TimeSpan? SilenceAfter(ScheduleRecord? current, ScheduleDefinition definition) =>
        current is not null && (current.Paused is not null || current.Definition.MaxSilence == definition.MaxSilence)
            ? null : definition.MaxSilence ?? TimeSpan.Zero;

    private Dictionary<string, string?> FieldsOf(string id, ScheduleDefinition definition)
    {
        var stored = definition with { Args = seal?.Seal(ArgsSeal.OwnerOfSchedule(id), definition.Type, definition.Args) ?? definition.Args };
        var fields = HangfireSchedule.FaceFields(stored).ToDictionary(f => f.Key, f => (string?)f.Value, StringComparer.Ordinal);
        fields[ScheduleFields.Definition] = stored.ToJson();
        fields[ScheduleFields.PauseAfter] = definition.PauseAfterFailures?.ToString(CultureInfo.InvariantCulture);
        fields[ScheduleFields.MaxSilence] = definition.MaxSilence?.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        fields[ScheduleFields.KeptRuns] = options.Value.KeptRuns.ToString(CultureInfo.InvariantCulture);
        foreach (var stale in new[] { ScheduleFields.Error, ScheduleFields.RetryAttempt, ScheduleFields.Misfire })
            fields[stale] = null;
        return fields;
    }
}
