using System.Text.Json;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>All runs of a schedule: its jobs, and what is remembered of those that retention has removed.</summary>
internal sealed class RunStore(RedisClient redis, JobReader jobs)
{
    /// <summary>Newest first by the job's id. Triggered and backfilled runs are among them.</summary>
    public async Task<Page<ScheduleRun>> ListAsync(string recurringId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var remembered = await RememberedAsync(recurringId, cancellationToken);
        var kept = await redis.SortedSetRangeBeforeAsync(redis.Keys.Runs(recurringId), cursor, take: limit + 1).WaitAsync(cancellationToken);
        string[] ids = [.. kept.Select(id => id.ToString()).Concat(remembered.Keys.Where(id => cursor is null || string.CompareOrdinal(id, cursor) < 0))
            .Distinct().OrderDescending(StringComparer.Ordinal).Take(limit + 1)];
        var found = (await jobs.ReadManyAsync([.. ids.Take(limit).Select(id => (RedisValue)id)])).ToDictionary(j => j.Id);
        var runs = ids.Take(limit).Select(id => found.TryGetValue(id, out var job) ? ScheduleRun.Of(job) : remembered.GetValueOrDefault(id));
        return new Page<ScheduleRun>([.. runs.OfType<ScheduleRun>()], ids.Length > limit ? ids[limit - 1] : null);
    }

    private async Task<Dictionary<string, ScheduleRun>> RememberedAsync(string recurringId, CancellationToken cancellationToken)
    {
        var lines = await redis.ListRangeAsync(redis.Keys.RunHistory(recurringId)).WaitAsync(cancellationToken);
        var runs = new Dictionary<string, ScheduleRun>(lines.Length, StringComparer.Ordinal);
        // Newest first.
        foreach (var line in lines)
        {
            if (JsonSerializer.Deserialize<Line>(line.ToString(), JsonSerializerOptions.Web) is { } end)
                runs.TryAdd(end.Id, end.ToRun());
        }
        return runs;
    }

    /// <summary>As <c>keep_run</c> in <c>schedule_runs.lua</c> writes it.</summary>
    /// <param name="S">State.</param>
    /// <param name="E">Ended, ms.</param>
    /// <param name="D">Duration, ms.</param>
    /// <param name="A">Attempt.</param>
    /// <param name="F">Scheduled for, ms.</param>
    /// <param name="X">Error.</param>
    private sealed record Line(string Id, string S, long E, double D, int A, long? F, JobError? X)
    {
        public ScheduleRun ToRun()
        {
            var end = DateTimeOffset.FromUnixTimeMilliseconds(E);
            return new ScheduleRun(Id, S, F is { } instant ? DateTimeOffset.FromUnixTimeMilliseconds(instant) : null,
                A > 0 ? end.AddMilliseconds(-D) : null, end, A, X, IsKept: false);
        }
    }
}
