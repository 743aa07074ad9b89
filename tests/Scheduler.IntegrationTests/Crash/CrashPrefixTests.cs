using System.Globalization;
using Scheduler.IntegrationTests.Engine;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.IntegrationTests.Crash;

/// <summary>
/// A crash may leave any prefix of the append-only file. Whatever it is: nothing in the store is half-written, every job
/// acknowledged by then is there, and after the upkeep each job ends, once.
/// <c>SCHEDULER_CRASH_PREFIXES</c> = how many command boundaries are tried, <c>all</c> for each (default: a sample).
/// </summary>
public sealed class CrashPrefixTests
{
    private const int Sample = 20;

    [Fact]
    public async Task Every_prefix_of_the_append_only_file_is_a_sound_store()
    {
        RedisProcess.SkipWhereMissing();
        var run = await RecordedRun.RecordAsync();
        var boundaries = AppendOnlyFile.Boundaries(run.Log);
        Assert.True(boundaries.Count > 500, $"The recorded run has {boundaries.Count} commands only.");

        var random = new Random(20_261_127);
        int[] lengths =
        [
            .. Wanted(boundaries, random),
            // In the middle of a command, or of a transaction.
            .. Enumerable.Range(0, Sample / 2).Select(_ => random.Next(run.Log.Length)),
        ];
        foreach (var length in lengths)
            await CheckAsync(run, length);
    }

    private static IEnumerable<int> Wanted(IReadOnlyList<int> boundaries, Random random)
    {
        var wanted = Environment.GetEnvironmentVariable("SCHEDULER_CRASH_PREFIXES");
        if (wanted == "all")
            return boundaries;
        var count = wanted is { Length: > 0 } ? int.Parse(wanted, CultureInfo.InvariantCulture) : Sample;
        return Enumerable.Range(0, count).Select(_ => boundaries[random.Next(boundaries.Count)]);
    }

    private static async Task CheckAsync(RecordedRun run, int length)
    {
        using var folder = new TemporaryFolder();
        await using var redis = await run.RestartAfterAsync(length, folder.Path);
        await using var engine = await EngineHarness.StartAsync(redis.ConnectionString, run.Prefix);

        Assert.Empty((await StoreDump.DeviationsAsync(engine.Connection, run.Prefix)).Select(d => $"after {length} bytes: {d}"));
        foreach (var (id, _) in run.AcknowledgedAt.Where(a => a.Value <= length))
            Assert.True(await engine.Jobs.GetAsync(id, EngineHarness.Token) is not null, $"after {length} bytes: job {id} was acknowledged and is gone");

        await RunAllAsync(engine);
        Assert.Empty((await StoreDump.DeviationsAsync(engine.Connection, run.Prefix)).Select(d => $"after {length} bytes and the upkeep: {d}"));
        await EachEndedOnceAsync(engine, length);
    }

    // What upkeep and a worker do, without waiting: leases run out, delays are over, whatever waits runs.
    private static async Task RunAllAsync(EngineHarness engine)
    {
        while (true)
        {
            await engine.ExpireLeasesAsync();
            await engine.Claims.ReapAsync(EngineHarness.Token);
            foreach (var id in await engine.Redis.Database.SortedSetRangeByRankAsync(engine.Redis.Keys.Schedule))
                await engine.Redis.Database.SortedSetAddAsync(engine.Redis.Keys.Schedule, id, 1);
            await engine.Claims.PromoteDueAsync(EngineHarness.Token);
            var claimed = await engine.ClaimAsync(200, types: ["test.job"], lease: TimeSpan.FromHours(1));
            if (claimed.Count == 0)
                return;
            foreach (var claim in claimed)
                await engine.SucceedAsync(claim);
        }
    }

    private static async Task EachEndedOnceAsync(EngineHarness engine, int length)
    {
        var ends = (await engine.EventsAsync()).Where(e => e.Name is "job.succeeded" or "job.failed" or "job.deleted").CountBy(e => e.JobId).ToDictionary();
        foreach (var id in await engine.VisibleJobsAsync())
            Assert.True(ends.GetValueOrDefault(id) == 1, $"after {length} bytes: job {id} has {ends.GetValueOrDefault(id)} completion events");
    }
}
