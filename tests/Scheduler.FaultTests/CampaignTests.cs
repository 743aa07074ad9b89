using System.Diagnostics;
using System.Text.Json;
using Scheduler.Faults.Checker;
using Scheduler.Faults.Checker.Recorded;
using Scheduler.Faults.Cluster;

namespace Scheduler.FaultTests;

/// <summary>
/// The campaign's short tier as one test: real processes, thousands of jobs, at least fifty of the processes killed. Without starved
/// pools, whose hundred blocking jobs need longer than a test may take to run one by one where two kills made suspects of them.
/// </summary>
public sealed class CampaignTests
{
    private const int Kills = 50;

    private const string Faults = "worker-kill,worker-term,worker-stop,web-kill,web-term,web-stop,poison,redis-kill,redis-stop,maxmemory,client-kill,delete-keys,"
        + "proxy-delay,proxy-cut,proxy-drop-replies,proxy-half-open,proxy-refuse";

    /// <summary>Another seed draws other faults: <c>SCHEDULER_FAULTS_SEED</c>.</summary>
    private static readonly string Seed = Environment.GetEnvironmentVariable("SCHEDULER_FAULTS_SEED") ?? "1";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Every_promise_holds_under_faults()
    {
        Assert.SkipUnless(IsInstalled("redis-server"), "Needs redis-server on the PATH: 'apt-get install redis-server' or 'brew install redis'. .ci/run installs it.");
        var folder = Directory.CreateTempSubdirectory("scheduler-campaign-").FullName;

        var (exitCode, said) = await RunAsync("--seed", Seed, "--fsync", "always", "--seconds", "120", "--kills", $"{Kills}", "--only", Faults, "--out", folder);

        Assert.True(exitCode == 0, said);
        var round = Path.Combine(folder, $"seed-{Seed}");
        var verdict = Read<Verdict>(round, "verdict.json");
        var killed = Read<RunLine>(round, "run.json").Faults.Where(f => f.Key is "worker-kill" or "web-kill" or "redis-kill").Sum(f => f.Value);
        Assert.Empty(verdict.Findings);
        Assert.True(killed >= Kills && verdict.Figures is { Acknowledged: > 2_000, Resumes: > 10, Instants: > 200 }, said);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [BuiltHosts.Campaign, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await said + await complained);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static T Read<T>(string folder, string file) => JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(folder, file)), JsonSerializerOptions.Web)!;

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
