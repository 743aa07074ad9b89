namespace Scheduler.Faults.Injection;

/// <summary>Which faults a campaign draws from.</summary>
internal static class FaultCatalogue
{
    public static IReadOnlyList<Fault> For(CampaignOptions options, bool hasSmallDisk)
    {
        IEnumerable<Fault> all =
        [
            .. ProcessFaults.All,
            .. options.Sentinel ? SentinelFaults.For(options.Only) : [.. StoreFaults.All, .. LinkFaults.All, .. hasSmallDisk ? DiskFaults.All : []],
        ];
        Fault[] chosen = [.. all.Where(f => options.Only is null || options.Only.Contains(f.Name))];
        if (options.Only?.Except(chosen.Select(f => f.Name)).FirstOrDefault() is { } unknown)
            throw new FormatException($"{unknown} is no fault; there are {string.Join(", ", all.Select(f => f.Name))}");
        return chosen;
    }
}
