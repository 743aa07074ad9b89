using System.Net;
using StackExchange.Redis;

namespace Scheduler.Faults.Cluster;

/// <summary>All real processes of one campaign, and an administrator's connection to their Redis that no fault touches.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<Node> nodes = [];

    private Fleet(Store store, ConnectionMultiplexer admin) => (Store, Admin) = (store, admin);

    public Store Store { get; }

    public ConnectionMultiplexer Admin { get; }

    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>Base addresses of the web hosts.</summary>
    public Dictionary<string, Uri> WebAddresses { get; } = [];

    /// <summary>The server that takes writes now.</summary>
    public IServer Primary => Admin.GetServers().FirstOrDefault(s => s is { IsConnected: true, IsReplica: false }) ?? Admin.GetServers()[0];

    public static async Task<Fleet> StartAsync(CampaignOptions options, int seed, string dataFolder, Recorder recorder, CancellationToken cancellationToken)
    {
        var fsync = options.FsyncOf(seed);
        var store = options.Sentinel
            ? await Store.StartSentinelAsync(dataFolder, fsync, recorder, cancellationToken)
            : await Store.StartSingleAsync(dataFolder, fsync, onSmallDisk: options.Tier == "long", recorder, cancellationToken);
        var admin = await ConnectionMultiplexer.ConnectAsync(
            string.Join(',', store.Servers.Select(s => $"127.0.0.1:{s.Port}")) + ",allowAdmin=true,abortConnect=false,syncTimeout=10000,asyncTimeout=10000");
        var fleet = new Fleet(store, admin);
        var hosts = new BuiltHosts(options.Hosts);
        for (var i = 0; i < options.Webs; i++)
            fleet.AddWeb(i, hosts, options, seed, recorder);
        for (var i = 0; i < options.Workers; i++)
            fleet.Add($"worker-{i}", hosts.Worker, hosts, options, seed + i, recorder, []);
        foreach (var node in fleet.nodes)
            node.Start();
        await fleet.WaitForWebsAsync(cancellationToken);
        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            node.Dispose();
        Admin.Dispose();
        await Store.DisposeAsync();
    }

    private void AddWeb(int number, BuiltHosts hosts, CampaignOptions options, int seed, Recorder recorder)
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        WebAddresses[$"web-{number}"] = new Uri(address);
        Add($"web-{number}", hosts.Web, hosts, options, seed + 100 + number, recorder, new() { ["ASPNETCORE_URLS"] = address });
    }

    private void Add(string name, string assembly, BuiltHosts hosts, CampaignOptions options, int seed, Recorder recorder, Dictionary<string, string?> more)
    {
        var link = Store.SentinelAddress is null ? new FaultyProxy(Store.Single.Port, seed) : null;
        var settings = NodeSettings.For(link is null ? Store.SentinelAddress! : $"127.0.0.1:{link.Port}", hosts, recorder.Folder);
        foreach (var (key, value) in more)
            settings[key] = value;
        if (options.Replicated)
            settings["Scheduler__Durability__Level"] = "replicated";
        if (options.Skew && nodes.Count % 2 == 0)
            NodeSettings.Skew(settings, TimeSpan.FromHours(nodes.Count % 4 == 0 ? 1 : -1));
        nodes.Add(new Node(name, assembly, Path.GetDirectoryName(assembly)!, settings, link, recorder));
    }

    private async Task WaitForWebsAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        foreach (var address in WebAddresses.Values)
        {
            while (!await IsReadyAsync(http, address, patience.Token))
                await Task.Delay(100, patience.Token);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
