using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Scheduler.Benchmarks.Harness;

namespace Scheduler.Benchmarks.Peers;

/// <summary>BullMQ from npm, where Node is installed: put once into a folder of its own under the user's cache, in the locked versions.</summary>
internal sealed class BullMqPeer : Peer
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "bullmq");

    private readonly string version = Versions().GetProperty("bullmq").GetString()!;
    private string folder = "";

    public override string Name => "bullmq";

    public override string Description => $"BullMQ {version} on ioredis {Versions().GetProperty("ioredis").GetString()}; jobs removed when done";

    public override IReadOnlyList<int?> Concurrencies => [50, 300];

    public override int WaitingConcurrency => 2500;

    public override async Task<string?> PrepareAsync()
    {
        if (OnPath.Find("node") is null || OnPath.Find("npm") is null)
            return "node and npm are not on the path";
        folder = Path.Combine(CacheFolder(), "scheduler-benchmarks", "bullmq-" + version);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Sources))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        return Directory.Exists(Path.Combine(folder, "node_modules", "bullmq")) ? null : await InstallAsync();
    }

    protected override ProcessStartInfo Program(int port, string role, string[] arguments) =>
        new("node", ["bench.mjs", role, port.ToString(CultureInfo.InvariantCulture), .. arguments]) { WorkingDirectory = folder };

    private async Task<string?> InstallAsync()
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (_, errors) = (npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
        await npm.WaitForExitAsync();
        return npm.ExitCode == 0 ? null : "npm ci failed: " + (await errors).Trim();
    }

    private static JsonElement Versions() =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(Sources, "package.json"))).GetProperty("dependencies");

    private static string CacheFolder() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Path.GetTempPath(), "cache-" + Environment.UserName);
}
