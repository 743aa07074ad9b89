using Scheduler.IntegrationTests.Engine;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Model;

/// <summary>One sequence of operations, done to the scripts and to the model side by side; every answer is compared at once.</summary>
internal sealed partial class ModelRun(EngineHarness engine)
{
    private static readonly string[] Queues = ["default", "other"];
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly JobModel model = new();
    private readonly List<string> ids = [];
    private readonly List<(string Id, long Fence)> claims = [];
    private long lastFence;
    private int keys;

    /// <summary>The operation that the number stands for.</summary>
    public Task DoAsync(int number)
    {
        var (kind, choice) = (number % 100, number / 100);
        return kind switch
        {
            < 22 => EnqueueAsync(choice),
            < 44 => ClaimAsync(choice),
            < 68 => CompleteAsync(choice),
            < 74 => RenewAsync(choice),
            < 81 => CancelAsync(choice),
            < 87 => RequeueAsync(choice),
            < 92 => ReapAsync(),
            < 97 => PromoteAsync(),
            _ => PauseAsync(choice),
        };
    }

    /// <summary>Compares all that is there: each job, the order of each queue, the events, and the census of keys.</summary>
    public async Task CompareAsync()
    {
        foreach (var expected in model.Jobs)
        {
            var job = await engine.GetAsync(expected.Id);
            Assert.Equal((expected.State, expected.Attempt, expected.Queue), (job.State, job.Attempt, job.Queue));
        }

        foreach (var queue in Queues)
        {
            var waiting = await engine.Redis.Database.ListRangeAsync(engine.Redis.Keys.Queue(queue));
            Assert.Equal(model.Waiting.GetValueOrDefault(queue, []), waiting.Reverse().Select(v => v.ToString()));
            var aside = await engine.Redis.Database.ListRangeAsync(engine.Redis.Keys.ParkedJobs(queue, "!test.a"));
            Assert.Equal(model.Aside.GetValueOrDefault(queue, []), aside.Reverse().Select(v => v.ToString()));
        }

        Assert.Equal(model.Events, await engine.EventNamesAsync());
        Assert.Equal(ExpectedKeys().Order(StringComparer.Ordinal), (await engine.CensusAsync()).Where(k => !Unmodelled().IsMatch(k)).Select(k => k.StartsWith("idem:", StringComparison.Ordinal) ? "idem:*" : k).Order(StringComparer.Ordinal));
        Assert.Empty(await StoreDump.DeviationsAsync(engine.Connection, engine.Redis.Keys.Prefix));
    }

    private async Task EnqueueAsync(int choice)
    {
        var (count, queue, delayed) = ((choice % 4) + 1, Queues[choice / 4 % 2], choice / 8 % 5 == 0);
        var jobs = Enumerable.Range(0, count).Select(_ => engine.New(queue: queue, delay: delayed ? Long : null)).ToArray();
        var key = choice % 3 == 0 ? new IdempotencyKey("model", $"{ids.Count}", "body") : null;
        foreach (var job in jobs)
        {
            ids.Add(job.Id);
            model.Enqueue(job.Id, queue, delayed);
        }

        Assert.Equal(jobs.Select(j => j.Id), Assert.IsType<EnqueueResult.Accepted>(await engine.Jobs.EnqueueAsync(jobs, key, EngineHarness.Token)).Ids);
        if (key is null)
            return;
        keys++;
        var other = jobs.Select(j => j with { Id = engine.Jobs.NewId() }).ToArray();
        Assert.Equal(jobs.Select(j => j.Id), Assert.IsType<EnqueueResult.Replayed>(await engine.Jobs.EnqueueAsync(other, key, EngineHarness.Token)).Ids);
        Assert.IsType<EnqueueResult.KeyReused>(await engine.Jobs.EnqueueAsync(other, key with { BodyHash = "another" }, EngineHarness.Token));
    }

    private async Task ClaimAsync(int choice)
    {
        var (max, allowSuspect) = ((choice % 5) + 1, choice / 5 % 4 != 0);
        string[] from = choice / 20 % 2 == 0 ? Queues : [.. Queues.Reverse()];
        var claimed = await engine.ClaimAsync(max, allowSuspect: allowSuspect, lease: Long, queues: from);
        Assert.Equal(model.Claim(max, from, allowSuspect), claimed.Select(c => c.Job.Id));
        if (claimed.Count == 0)
            return;
        var fence = Assert.Single(claimed.Select(c => c.Fence).Distinct());
        Assert.True(fence > lastFence, "A fencing token did not grow.");
        lastFence = fence;
        foreach (var claim in claimed)
        {
            model.NoteFence(claim.Job.Id, claim.Fence);
            var job = model.Jobs.Single(j => j.Id == claim.Job.Id);
            Assert.Equal((job.Attempt, job.Lost >= JobModel.SuspectAfter), (claim.Job.Attempt, claim.IsSuspect));
            claims.Add((claim.Job.Id, claim.Fence));
        }
    }

    // Any claim that was ever made, so often one that is no longer good.
    private async Task CompleteAsync(int choice)
    {
        if (claims.Count == 0)
            return;
        var outcomes = Enumerable.Range(0, (choice % 3) + 1).Select(i => OutcomeFor(claims[^(((choice / 3) + (i * 7)) % claims.Count + 1)], choice + i)).DistinctBy(o => o.JobId).ToArray();
        Assert.Equal(outcomes.Select(model.Complete).ToArray(), await engine.Claims.CompleteAsync(outcomes, EngineHarness.Token));
    }

    private static JobOutcome OutcomeFor((string Id, long Fence) claim, int choice) => (choice % 7) switch
    {
        0 => new JobOutcome.Failed(claim.Id, claim.Fence, new JobError("exception", "it \"threw\"\n", 1), TimeSpan.FromMilliseconds(3)),
        1 => new JobOutcome.Retried(claim.Id, claim.Fence, new JobError("exception", "it threw", 1), Long),
        2 => new JobOutcome.Snoozed(claim.Id, claim.Fence, "later", Long),
        3 => new JobOutcome.HandedBack(claim.Id, claim.Fence, "worker stopped"),
        _ => new JobOutcome.Succeeded(claim.Id, claim.Fence, """{"n":1}""", TimeSpan.FromMilliseconds(3)),
    };

    private async Task RenewAsync(int choice)
    {
        if (claims.Count == 0)
            return;
        var held = claims[choice % claims.Count];
        var lost = engine.Claims.Renew([held], Long);
        Assert.Equal(model.Renew(held.Id, held.Fence) ? [] : [held.Id], lost);
    }

    private async Task CancelAsync(int choice)
    {
        var id = Pick(choice);
        Assert.Equal(model.Cancel(id), await engine.Jobs.CancelAsync(id, EngineHarness.Token));
    }

    private async Task RequeueAsync(int choice)
    {
        var id = Pick(choice);
        Assert.Equal(model.Requeue(id), await engine.Jobs.RequeueAsync(id, EngineHarness.Token));
    }

    private async Task ReapAsync()
    {
        await engine.ExpireLeasesAsync();
        Assert.Equal(model.Reap(), await engine.Claims.ReapAsync(EngineHarness.Token));
    }

    private async Task PromoteAsync()
    {
        foreach (var id in await engine.Redis.Database.SortedSetRangeByRankAsync(engine.Redis.Keys.Schedule))
            await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Schedule, id, 1);
        Assert.Equal(model.Promote(), (await engine.Claims.PromoteDueAsync(EngineHarness.Token)).Moved);
    }

    private async Task PauseAsync(int choice)
    {
        var queue = Queues[choice % 2];
        if (choice % 3 == 0)
        {
            model.Pause(queue);
            await engine.Queues.PauseAsync(queue, null, null, EngineHarness.Token);
        }
        else
        {
            model.Resume(queue);
            await engine.Queues.ResumeAsync(queue, EngineHarness.Token);
        }
    }

    private string Pick(int choice) => ids.Count == 0 || choice % 20 == 0 ? "00000000000000000000000000" : ids[choice % ids.Count];

    private IEnumerable<string> ExpectedKeys()
    {
        var states = model.Jobs.Select(j => j.State).ToHashSet();
        return
        [
            .. model.Jobs.Select(j => "job:" + j.Id),
            .. model.Waiting.Keys.Select(q => "queue:" + q),
            .. model.Aside.Keys.Select(q => $"parked:{q}:!test.a"),
            .. model.Jobs.Count > 0 ? new[] { "jobs", "jobs:spans", "events", "events:seq" } : [],
            .. model.HasQueueNames ? new[] { "queues" } : [],
            .. states.Contains(JobStates.Scheduled) ? new[] { "schedule" } : [],
            .. states.Contains(JobStates.Processing) ? new[] { "leases" } : [],
            .. states.Where(JobStates.IsFinal).Select(s => "final:" + s),
            .. states.Contains(JobStates.Failed) ? new[] { "dead" } : [],
            .. model.EverClaimed ? new[] { "fence" } : [],
            .. model.HasPaused ? new[] { "queues:paused" } : [],
            .. Enumerable.Range(0, keys).Select(_ => "idem:*"),
        ];
    }

    // Counters by time, the groups of failed jobs, the list of retries, the names of lists set aside, and optional indexes, which have tests of their own.
    [System.Text.RegularExpressions.GeneratedRegex("^(stats:|pace:|dead:|retries$|parked$|by(:|$))")]
    private static partial System.Text.RegularExpressions.Regex Unmodelled();
}
