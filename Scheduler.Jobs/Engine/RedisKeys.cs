using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>The one place that spells a key or a channel. Every row of <c>docs/redis-keys.md</c> is one member here.</summary>
internal sealed class RedisKeys(string prefix)
{
    public string Prefix { get; } = prefix;

    /// <summary>KEYS[1] of every script: never written, it keeps changes, and reads by script, apart from each other on the embedded server.</summary>
    public RedisKey Tx { get; } = prefix + "tx";

    /// <summary>Any key by the name it has behind the prefix, for Hangfire's storage API, whose callers choose the names.</summary>
    public RedisKey Named(string name) => Prefix + name;

    public RedisKey JobHash(string id) => Prefix + "job:" + id;
    public RedisKey JobLogs(string id) => Prefix + "job:" + id + ":logs";

    /// <summary>Ids of the newest jobs; when it is long it gets a number, see <see cref="FullJobLists"/>.</summary>
    public RedisKey JobList => Prefix + "jobs";

    /// <summary>Numbers of the lists of ids that are full.</summary>
    public RedisKey FullJobLists => Prefix + "jobs:full";

    /// <summary>What is in each of these lists.</summary>
    public RedisKey JobSpans => Prefix + "jobs:spans";

    /// <summary>Jobs that other keys name: tags, schedules, logs.</summary>
    public RedisKey Linked => Prefix + "linked";

    public RedisKey Tag(string tag) => Prefix + "tag:" + tag;
    public RedisKey Runs(string recurringId) => Prefix + "runs:" + recurringId;

    /// <summary>Batches that are being written, by instant; their jobs are not visible yet.</summary>
    public RedisKey Staged => Prefix + "staged";
    public RedisKey StagedBatch(string batch) => Prefix + "staged:" + batch;

    public RedisKey Idempotency(string hash) => Prefix + "idem:" + hash;

    /// <summary>How each optional index of the search stands.</summary>
    public RedisKey SearchIndexes => Prefix + "by";

    /// <summary>The jobs with one value of an indexed field.</summary>
    public RedisKey IndexedBy(string field, string value) => Prefix + "by:" + field + ":" + value;

    public RedisKey Queues => Prefix + "queues";
    public RedisKey Queue(string name) => Prefix + "queue:" + name;
    public RedisKey PausedQueues => Prefix + "queues:paused";
    /// <summary>Set of <c>queue type</c> pairs that have a <see cref="ParkedJobs"/> list.</summary>
    public RedisKey Parked => Prefix + "parked";

    /// <summary>Waiting jobs of a type that the worker which met them cannot run.</summary>
    public RedisKey ParkedJobs(string queue, string type) => Prefix + "parked:" + queue + ":" + type;
    public RedisKey Schedule => Prefix + "schedule";

    /// <summary>Jobs that must start by an instant.</summary>
    public RedisKey Expiring => Prefix + "expiring";

    /// <summary>Attempts that ended in these ten seconds, by queue, and the time they took.</summary>
    public RedisKey Pace(long tenSeconds) => Prefix + "pace:" + tenSeconds;

    public RedisKey Leases => Prefix + "leases";
    public RedisKey Final(string state) => Prefix + "final:" + state;

    /// <summary>Fingerprints of the groups of failed jobs, by the instant of their newest failure.</summary>
    public RedisKey DeadLetters => Prefix + "dead";
    public RedisKey DeadLettersOf(string fingerprint) => Prefix + "dead:" + fingerprint;
    public RedisKey DeadLettersAbout(string fingerprint) => Prefix + "dead:" + fingerprint + ":about";

    /// <summary>Bulk operations by the instant of their beginning.</summary>
    public RedisKey BulkOperations => Prefix + "bulk";

    /// <summary>Those that run, by the instant of their next step.</summary>
    public RedisKey OpenBulks => Prefix + "bulk:open";

    public RedisKey Bulk(string id) => Prefix + "bulk:" + id;

    /// <summary>What a delete deleted: id and state before.</summary>
    public RedisKey BulkUndo(string id) => Prefix + "bulk:" + id + ":undo";

    public RedisKey Servers => Prefix + "servers";
    public RedisKey Server(string id) => Prefix + "server:" + id;

    /// <summary>State data and history of a job written by the stock package, until we take it over.</summary>
    public RedisKey StockJobState(string id) => Prefix + "job:" + id + ":state";
    public RedisKey StockJobHistory(string id) => Prefix + "job:" + id + ":history";

    /// <summary>Where the stock package lists jobs in a final state, in lower case.</summary>
    public RedisKey StockFinal(string state) => Prefix + state.ToLowerInvariant();

    /// <summary>Jobs that stock servers run.</summary>
    public RedisKey StockProcessing => Prefix + "processing";

    /// <summary>Jobs that stock servers have taken from a queue.</summary>
    public RedisKey StockFetched(string queue) => Prefix + "queue:" + queue + ":dequeued";

    public RedisKey StockServerQueues(string id) => Prefix + "server:" + id + ":queues";

    /// <summary>A lock of Hangfire's storage API. Its names come from users, so it has a name space of its own.</summary>
    public RedisKey StorageLock(string resource) => Prefix + "lock:hangfire:" + resource;

    /// <summary>Waiting continuations, newest last.</summary>
    public RedisKey Awaiting => Prefix + "awaiting";

    /// <summary>Jobs that ended and have continuations to start.</summary>
    public RedisKey Continuations => Prefix + "continuations";

    public RedisKey RecurringJobs => Prefix + "recurring-jobs";
    /// <summary>The last revision given to a schedule.</summary>
    public RedisKey RecurringRevision => Prefix + "recurring:revision";
    public RedisKey RecurringJob(string id) => Prefix + "recurring-job:" + id;

    /// <summary>The scheduler that fires at once; the others look a moment later. It saves work, correctness does not need it.</summary>
    public RedisKey RecurringLeader => Prefix + "recurring:leader";

    /// <summary>Schedules that must succeed again, by the instant at which they are silent.</summary>
    public RedisKey RecurringSilence => Prefix + "recurring:silence";

    /// <summary>Time zones of schedules, each with what tells the rules by which their next instants were worked out.</summary>
    public RedisKey RecurringZones => Prefix + "recurring:zones";

    /// <summary>Ended runs of a schedule, newest first.</summary>
    public RedisKey RunHistory(string recurringId) => Prefix + "run-history:" + recurringId;

    public RedisKey Calendars => Prefix + "calendars";

    /// <summary>Grows with every change of a calendar.</summary>
    public RedisKey CalendarsRevision => Prefix + "calendars:revision";

    /// <summary>Schedules that name a calendar.</summary>
    public RedisKey CalendarUsers(string name) => Prefix + "calendar-users:" + name;

    /// <summary>The last fencing token of a named lock.</summary>
    public RedisKey Fence(string resource) => Prefix + "fence:" + resource;

    /// <summary>Who took a named lock last, for people to see.</summary>
    public RedisKey LockHolder(string resource) => Prefix + "holder:" + resource;

    /// <summary>Format of the key in which RedLock.net keeps a named lock; the prefix's braces are doubled, as a format wants.</summary>
    public string RedlockFormat { get; } = (prefix + "redlock:").Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal) + "{0}";

    /// <summary>Keys of the web hosts' browser sessions.</summary>
    public RedisKey SessionKeys => Prefix + "session-keys";

    /// <summary>The newest entries of the audit log.</summary>
    public RedisKey AuditLog => Prefix + "audit";

    public RedisKey EventLog => Prefix + "events";
    public RedisKey EventEpoch => Prefix + "events:epoch";
    public RedisKey EventSequence => Prefix + "events:seq";

    public RedisChannel EventChannel => RedisChannel.Literal(Prefix + "events");
    public RedisChannel WakeChannel => RedisChannel.Literal(Prefix + "wake");

    /// <summary>On which stock clients say that they have enqueued a job; the message is its id.</summary>
    public RedisChannel StockFetchChannel => RedisChannel.Literal(Prefix + "JobFetchChannel");
    public RedisChannel ControlChannel => RedisChannel.Literal(Prefix + "control");
}
