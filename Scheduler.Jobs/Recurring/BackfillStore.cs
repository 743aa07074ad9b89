using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Recurring;

/// <summary>A past range of a schedule that is to be made good.</summary>
/// <param name="From">Included.</param>
/// <param name="To">Included; not beyond now, whose instants the schedule fires itself.</param>
/// <param name="Pace">Time between two jobs; zero = all at once.</param>
/// <param name="Again">Also instants that have a job already; each backfill of this kind makes its own.</param>
internal sealed record BackfillRequest(DateTimeOffset From, DateTimeOffset To, TimeSpan Pace, bool Again);

internal abstract record BackfillResult
{
    /// <summary>The jobs exist: the first may run now, each further one a pace later. No tag where nothing was to be made.</summary>
    public sealed record Accepted(int Count, string? Tag, bool IsReplay = false) : BackfillResult;

    public sealed record NotFound : BackfillResult;

    /// <summary>The range holds more than <see cref="JobStore.MaxBulk"/> instants.</summary>
    public sealed record TooMany : BackfillResult;

    public sealed record KeyReused : BackfillResult;
}

/// <summary>
/// Makes the jobs of past instants, all at once or none; a pace makes them delayed jobs. They carry a tag, so that they can be found
/// and cancelled. An instant that has a job keeps it: its id follows from schedule, revision and instant.
/// </summary>
internal sealed class BackfillStore(RedisClient redis, ScheduleStore store, JobStore jobs)
{
    private const string TagPrefix = "backfill:";

    public async Task<BackfillResult> RunAsync(string id, BackfillRequest request, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if ((await store.ReadAsync(id, cancellationToken)).Schedule is not { } schedule)
            return new BackfillResult.NotFound();
        var to = request.To < schedule.ReadAt ? request.To : schedule.ReadAt;
        var instants = schedule.Compiled.Calculator?.AllAfter(request.From.AddTicks(-1)).TakeWhile(i => i <= to)
            .Take(JobStore.MaxBulk + 1).ToList() ?? [];
        if (instants.Count > JobStore.MaxBulk)
            return new BackfillResult.TooMany();
        var name = jobs.NewId();
        var tag = TagPrefix + name;
        var missing = await WithoutThoseThereAsync([.. instants.Select(i => JobOf(schedule, i, request.Again ? name : null))]);
        string[] tags = [.. schedule.Definition.Tags, tag];
        List<NewJob> made = [.. missing.Select((job, i) => job with { Delay = request.Pace * i, Tags = tags })];
        if (made.Count == 0 && key is null)
            return new BackfillResult.Accepted(0, null);
        return await jobs.EnqueueAsync(made, key, cancellationToken) switch
        {
            EnqueueResult.KeyReused => new BackfillResult.KeyReused(),
            EnqueueResult.Replayed replayed => await ReplayAsync(replayed.Ids, cancellationToken),
            _ => new BackfillResult.Accepted(made.Count, made.Count == 0 ? null : tag),
        };
    }

    private async Task<BackfillResult> ReplayAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var count = ids is [""] ? 0 : ids.Count;
        var first = count == 0 ? null : await jobs.GetAsync(ids[0], cancellationToken);
        return new BackfillResult.Accepted(count, first?.Tags.LastOrDefault(t => t.StartsWith(TagPrefix, StringComparison.Ordinal)), IsReplay: true);
    }

    private async Task<IEnumerable<NewJob>> WithoutThoseThereAsync(NewJob[] all)
    {
        var found = await Task.WhenAll(all.Select(j => redis.Database.KeyExistsAsync(redis.Keys.JobHash(j.Id))));
        return all.Where((_, i) => !found[i]);
    }

    private static NewJob JobOf(ScheduleRecord schedule, DateTimeOffset instant, string? again) =>
        FiringPlan.JobAt(again is null ? schedule : schedule with { Revision = schedule.Revision + " " + again }, instant);
}
