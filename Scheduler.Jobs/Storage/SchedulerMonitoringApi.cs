using System.Globalization;
using System.Text.Json;
using Hangfire.Common;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Sealing;
using Scheduler.Jobs.Storage.Stock;
using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>What Hangfire's dashboard shows, read from the engine's own indexes.</summary>
internal sealed partial class SchedulerMonitoringApi(RedisClient redis, TimeProvider time) : JobStorageMonitor
{
    private static readonly RedisScript ReadStatistics = RedisScript.LoadReader("read_statistics");

    private readonly JobPages pages = new(redis);

    private RedisKeys Keys => redis.Keys;

    public override StatisticsDto GetStatistics()
    {
        var counts = (long[])ReadStatistics.Run(redis, [], [])!;
        return new StatisticsDto
        {
            Servers = counts[0],
            Recurring = counts[1],
            Queues = counts[2],
            Enqueued = counts[3],
            Scheduled = counts[4],
            Processing = counts[5],
            Succeeded = counts[6],
            Failed = counts[7],
            Deleted = counts[8],
            Retries = counts[9],
            Awaiting = counts[10],
        };
    }

    /// <summary>Ours and stock ones.</summary>
    public override IList<ServerDto> Servers() =>
        [.. redis.SetMembers(Keys.Servers).Select(id => ReadServer(id.ToString())).OfType<ServerDto>().OrderBy(s => s.Name, StringComparer.Ordinal)];

    public override JobDetailsDto? JobDetails(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (StoredJob.Read(jobId, new JobHashes(redis).Read(jobId)) is not { } stored)
            return null;
        var (job, problem) = stored.Load();
        return new JobDetailsDto
        {
            Job = ForPeople(job),
            LoadException = problem,
            InvocationData = stored.Invocation,
            CreatedAt = stored.Record.CreatedAt.UtcDateTime,
            Properties = PropertiesOf(stored, problem),
            History = HistoryOf(stored),
        };
    }

    // The page shows arguments in full.
    private static Job? ForPeople(Job? job) => job is not null && TypedJob.From(job) is { } typed
        ? TypedJob.ToJob(typed.Type, Redaction.Of(ArgsSeal.Shown(typed.Args)), job.Queue)
        : job;

    public override IDictionary<DateTime, long> SucceededByDatesCount() => ByDate("succeeded");

    public override IDictionary<DateTime, long> FailedByDatesCount() => ByDate("failed");

    public override IDictionary<DateTime, long> DeletedByDatesCount() => ByDate("deleted");

    public override IDictionary<DateTime, long> HourlySucceededJobs() => ByHour("succeeded");

    public override IDictionary<DateTime, long> HourlyFailedJobs() => ByHour("failed");

    public override IDictionary<DateTime, long> HourlyDeletedJobs() => ByHour("deleted");

    // The page opens the newest entry without asking whether there is one.
    private List<StateHistoryDto> HistoryOf(StoredJob stored)
    {
        var record = stored.Record;
        List<StateHistoryDto> history = [.. record.History.Select((entry, i) => new StateHistoryDto
        {
            StateName = entry.State,
            Reason = entry.Reason,
            CreatedAt = entry.At.UtcDateTime,
            Data = StateDetails.Of(record, i),
        }).Reverse()];
        return stored.State is null || record.History[^1].State == stored.State ? history : StockState.ReadHistory(redis, record.Id);
    }

    private static Dictionary<string, string> PropertiesOf(StoredJob stored, JobLoadException? problem)
    {
        var record = stored.Record;
        var properties = new Dictionary<string, string>(record.Parameters, StringComparer.Ordinal);
        Add("Attempt", record.Attempt > 0 ? record.Attempt.ToString(CultureInfo.InvariantCulture) : null);
        Add("Tags", record.Tags.Count > 0 ? string.Join(", ", record.Tags) : null);
        Add("Schedule", record.RecurringId);
        Add("Progress", record.Progress is { } p ? string.Create(CultureInfo.InvariantCulture, $"{p.Percent:0.##} % {p.Message}") : null);
        if (problem is not null)
        {
            Add("DBG_Type", record.Invocation?.Type);
            Add("DBG_Method", record.Invocation?.Method);
            Add("DBG_Problem", (problem.InnerException ?? problem).Message);
        }
        return properties;

        void Add(string name, string? value)
        {
            if (value is not null)
                properties.TryAdd(name, value);
        }
    }

    private ServerDto? ReadServer(string id)
    {
        var fields = redis.HashGetAll(Keys.Server(id)).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString());
        if (fields.Count == 0)
            return null;
        return new ServerDto
        {
            Name = id,
            WorkersCount = int.TryParse(fields.GetValueOrDefault("WorkerCount"), CultureInfo.InvariantCulture, out var count) ? count : 0,
            Queues = fields.TryGetValue("Queues", out var json) ? JsonSerializer.Deserialize<string[]>(json) ?? [] : StockQueuesOf(id),
            StartedAt = JobHelper.DeserializeNullableDateTime(fields.GetValueOrDefault("StartedAt")) ?? DateTime.UnixEpoch,
            Heartbeat = JobHelper.DeserializeNullableDateTime(fields.GetValueOrDefault("Heartbeat")),
        };
    }

    private string[] StockQueuesOf(string id) =>
        [.. redis.ListRange(Keys.StockServerQueues(id)).Select(q => q.ToString())];

    private Dictionary<DateTime, long> ByDate(string state)
    {
        var today = time.GetUtcNow().UtcDateTime.Date;
        return Counts(state, "yyyy-MM-dd", Enumerable.Range(0, 8).Select(i => today.AddDays(-i)));
    }

    private Dictionary<DateTime, long> ByHour(string state)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var hour = now.Date.AddHours(now.Hour);
        return Counts(state, "yyyy-MM-dd-HH", Enumerable.Range(0, 24).Select(i => hour.AddHours(-i)));
    }

    private Dictionary<DateTime, long> Counts(string state, string format, IEnumerable<DateTime> times)
    {
        DateTime[] all = [.. times];
        var keys = all.Select(t => Keys.Named($"stats:{state}:{t.ToString(format, CultureInfo.InvariantCulture)}"));
        var values = redis.Database.StringGet([.. keys]);
        return all.Zip(values).ToDictionary(p => p.First, p => (long?)p.Second ?? 0);
    }
}
