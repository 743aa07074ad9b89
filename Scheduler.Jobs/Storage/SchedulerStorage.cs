using System.Collections.Frozen;
using Hangfire.Logging;
using Hangfire.Redis.StackExchange;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// Hangfire's storage API on the scheduler's engine: its client, filters, servers and dashboard work on the same jobs as the HTTP
/// API. Nothing of the stock package's own reading and writing is left in use.
/// </summary>
public sealed class SchedulerStorage : RedisStorage
{
    private static readonly FrozenSet<string> Features = FrozenSet.Create(
        JobStorageFeatures.ExtendedApi,
        JobStorageFeatures.JobQueueProperty,
        JobStorageFeatures.ProcessesInsteadOfComponents,
        JobStorageFeatures.Connection.BatchedGetFirstByLowest,
        JobStorageFeatures.Connection.GetUtcDateTime,
        JobStorageFeatures.Connection.GetSetContains,
        JobStorageFeatures.Connection.LimitedGetSetCount,
        JobStorageFeatures.Transaction.AcquireDistributedLock,
        JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter,
        JobStorageFeatures.Transaction.RemoveFromQueue(typeof(SchedulerFetchedJob)),
        JobStorageFeatures.Monitoring.DeletedStateGraphs,
        JobStorageFeatures.Monitoring.AwaitingJobs);

    private readonly StorageParts parts;

    internal SchedulerStorage(StorageParts parts)
        : base(parts.Redis.Connection, new RedisStorageOptions { Prefix = parts.Redis.Keys.Prefix, Db = parts.Redis.Database.Database }) =>
        this.parts = parts;

    /// <summary>A read after a write sees it: everything is in one Redis.</summary>
    public override bool LinearizableReads => true;

    /// <inheritdoc/>
    public override bool HasFeature(string featureId) => Features.Contains(featureId);

    /// <inheritdoc/>
    public override IStorageConnection GetConnection() => NewConnection();

    /// <inheritdoc/>
    public override IStorageConnection GetReadOnlyConnection() => NewConnection();

    /// <inheritdoc/>
    public override IMonitoringApi GetMonitoringApi() => new SchedulerMonitoringApi(parts.Redis, parts.Time);

    /// <summary>None: see <see cref="GetStorageWideProcesses"/>.</summary>
    [Obsolete("As in Hangfire; overridden so that the stock package's watchers never run.")]
    public override IEnumerable<IServerComponent> GetComponents() => [];

    /// <summary>None: leases are renewed, and fetching threads woken, by what a connection brings along.</summary>
    public override IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => [];

    /// <summary>Upkeep for a deployment that has stock Hangfire servers only.</summary>
    public override IEnumerable<IBackgroundProcess> GetStorageWideProcesses() =>
        [new StorageUpkeep(parts.Claims, new ContinuationStarter(this, parts.Redis, parts.Logger<ContinuationStarter>()))];

    /// <summary>None: the transitions own the indexes that the stock package's handlers keep.</summary>
    public override IEnumerable<IStateHandler> GetStateHandlers() => [];

    /// <summary>Where the storage is, without any secret.</summary>
    public override void WriteOptionsToLog(ILog logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        var servers = string.Join(", ", parts.Redis.Connection.GetEndPoints().Select(e => e.ToString()));
        logger.Log(Hangfire.Logging.LogLevel.Debug, () => $"ConnectionString: {servers}");
        logger.Log(Hangfire.Logging.LogLevel.Debug, () => $"Prefix: {parts.Redis.Keys.Prefix}");
    }

    internal SchedulerConnection NewConnection() => new(this, parts);
}

/// <summary>What the storage is made of.</summary>
internal sealed record StorageParts(
    RedisClient Redis, JobStore Jobs, ClaimStore Claims, StorageLocks Locks, LeaseKeeper Leases, FetchGates Gates, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>The name under which jobs are claimed for stock servers until they say their own.</summary>
    public string NodeId { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:hangfire";

    public ILogger<T> Logger<T>() => Loggers.CreateLogger<T>();
}
