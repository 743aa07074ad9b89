namespace Scheduler.Faults.Cluster;

/// <summary>The configuration of every node of a campaign, as environment variables.</summary>
internal static class NodeSettings
{
    public const string Prefix = "{faults}:";

    /// <summary>Short, so that a campaign sees many leases run out.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    public static Dictionary<string, string?> For(string redis, BuiltHosts hosts, string witnessFolder) => new()
    {
        ["DOTNET_ENVIRONMENT"] = "Development",
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Logging__LogLevel__Scheduler.Jobs.Dispatching.OutageLog"] = "Information",
        ["ConnectionStrings__Redis"] = redis,
        ["Scheduler__Prefix"] = Prefix,
        ["Scheduler__Plugins"] = hosts.WitnessFolder,
        ["Scheduler__Worker__Lease"] = Lease.ToString(),
        ["Scheduler__Worker__DrainTimeout"] = DrainTimeout.ToString(),
        ["Scheduler__Worker__Concurrency"] = "40",
        ["Scheduler__Retry__BaseDelay"] = "00:00:00.2",
        ["Scheduler__Retry__MaxDelay"] = "00:00:01",
        ["Scheduler__Events__Max"] = "2000000",
        ["Scheduler__Retention__Succeeded__Max"] = "1000000",
        ["Scheduler__Retention__Deleted__Max"] = "1000000",
        ["Scheduler__Retention__Failed__Max"] = "1000000",
        ["Witness__Folder"] = witnessFolder,
    };

    /// <summary>Moves the clock that all code of a node reads; the machine's monotonic clock stays what it is.</summary>
    public static void Skew(Dictionary<string, string?> settings, TimeSpan offset) => settings["Witness__ClockOffset"] = offset.ToString();
}
