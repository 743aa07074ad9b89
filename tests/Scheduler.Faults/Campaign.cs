using System.Diagnostics;
using System.Text.Json;
using Scheduler.Faults.Checker;
using Scheduler.Faults.Checker.Recorded;
using Scheduler.Faults.Cluster;

namespace Scheduler.Faults;

/// <summary>Rounds one after another, each with its own seed, store and recorded history; then the sums.</summary>
internal static class Campaign
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task<int> RunAsync(CampaignOptions options, CancellationToken cancellationToken)
    {
        var root = options.Out ?? Path.Combine(Path.GetTempPath(), $"scheduler-faults-{Environment.ProcessId}");
        var total = new Summary();
        for (var round = 0; round < options.Rounds; round++)
        {
            var seed = options.Seed + round;
            var (run, verdict) = await RunRoundAsync(options, seed, Path.Combine(root, $"seed-{seed}"), cancellationToken);
            total.Add(run, verdict);
            Console.WriteLine(Summary.LineOf(run, verdict));
        }

        Console.WriteLine(total);
        if (!options.Keep && options.Out is null && total.Findings == 0)
            Directory.Delete(root, recursive: true);
        else
            Console.WriteLine($"recorded in {root}");
        return total.Findings == 0 ? 0 : 1;
    }

    private static async Task<(RunLine Run, Verdict Verdict)> RunRoundAsync(CampaignOptions options, int seed, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using (var recorder = new Recorder(folder))
            await new Round(options, seed, recorder, Path.Combine(folder, "data")).RunAsync(cancellationToken);
        await CheckAsync(folder, cancellationToken);
        var run = JsonSerializer.Deserialize<RunLine>(await File.ReadAllTextAsync(Path.Combine(folder, "run.json"), cancellationToken), Json)!;
        var verdict = JsonSerializer.Deserialize<Verdict>(await File.ReadAllTextAsync(Path.Combine(folder, "verdict.json"), cancellationToken), Json)!;
        return (run, verdict);
    }

    // A program of its own: it sees the recorded files, and nothing of what we know.
    private static async Task CheckAsync(string folder, CancellationToken cancellationToken)
    {
        using var checker = Process.Start(new ProcessStartInfo("dotnet", [BuiltHosts.Checker, folder]) { UseShellExecute = false })!;
        await checker.WaitForExitAsync(cancellationToken);
        if (checker.ExitCode > 1)
            throw new InvalidOperationException($"The checker could not read {folder}.");
    }
}
