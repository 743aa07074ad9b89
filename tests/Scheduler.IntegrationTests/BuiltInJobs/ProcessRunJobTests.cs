using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Isolation;

namespace Scheduler.IntegrationTests.BuiltInJobs;

/// <summary>With real processes.</summary>
public sealed class ProcessRunJobTests : IDisposable
{
    private const string Skipped = "Needs a POSIX system with /bin/sh.";

    private readonly ProcessOptions commands = new()
    {
        Commands = { ["sh"] = "/bin/sh", ["cat"] = "/bin/cat", ["echo"] = "/bin/echo", ["gone"] = "/nowhere/gone", ["folder"] = "/tmp", ["text"] = "/etc/passwd" },
    };

    private readonly MemoryWatch memory = new(TimeProvider.System);

    private Task<ProcessRunResult> RunAsync(ProcessRunArgs args, CancellationToken? cancelled = null)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), Skipped);
        return new ProcessRunJob(Options.Create(commands), memory, TimeProvider.System)
            .RunAsync(args, TestContexts.Of("process.run"), cancelled ?? TestContext.Current.CancellationToken);
    }

    private Task<ProcessRunResult> ShellAsync(string script, TimeSpan? timeout = null, CancellationToken? cancelled = null) =>
        RunAsync(new ProcessRunArgs("sh", ["-c", script], Timeout: timeout), cancelled);

    private static async Task<bool> EndsAsync(int process)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (!IsAlive(process))
                return true;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        return false;
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Waits until the script has written the id of its grandchild.</summary>
    private static async Task<int> ReadIdAsync(string file)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!File.Exists(file) || new FileInfo(file).Length == 0)
            await Task.Delay(20, limit.Token);
        return int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), null);
    }

    public void Dispose() => memory.Dispose();

    [Fact]
    public async Task Output_errors_and_exit_code_are_kept()
    {
        var result = await ShellAsync("echo out; echo err >&2");

        Assert.Equal(new ProcessRunResult(0, "out\n", "err\n", false, false), result);
    }

    [Fact]
    public async Task Input_reaches_the_command() =>
        Assert.Equal("grüße\n", (await RunAsync(new ProcessRunArgs("cat", Stdin: "grüße\n"))).Stdout);

    [Fact]
    public async Task A_command_need_not_read_its_input() =>
        Assert.Equal("", (await RunAsync(new ProcessRunArgs("sh", ["-c", "exit 0"], Stdin: new string('x', 1_000_000)))).Stdout);

    [Fact]
    public async Task Arguments_never_meet_a_shell()
    {
        string[] arguments = ["$(id)", "; rm -rf /nowhere", "a b", "*", "", "\"quoted\" 'too'", "`id`"];

        Assert.Equal(string.Join(' ', arguments) + "\n", (await RunAsync(new ProcessRunArgs("echo", arguments))).Stdout);
    }

    [Fact]
    public async Task Environment_of_the_worker_stays_with_the_worker()
    {
        Environment.SetEnvironmentVariable("ConnectionStrings__SecretOfTheTest", "secret");

        var seen = (await ShellAsync("env")).Stdout;

        Assert.DoesNotContain("SecretOfTheTest", seen, StringComparison.Ordinal);
        Assert.Contains("SCHEDULER_JOB_ID=01jobofatest", seen, StringComparison.Ordinal);
        Assert.Contains("PATH=", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_is_kept_up_to_64_KB_and_never_blocks_the_command()
    {
        var result = await ShellAsync("head -c 3000000 /dev/zero | tr '\\0' a; head -c 65536 /dev/zero | tr '\\0' b >&2");

        Assert.Equal((65536, true), (result.Stdout.Length, result.StdoutTruncated));
        Assert.Equal((65536, false), (result.Stderr.Length, result.StderrTruncated));
    }

    [Fact]
    public async Task A_failed_command_is_an_error_that_may_be_tried_again()
    {
        var problem = await Assert.ThrowsAsync<CommandFailedException>(() => ShellAsync("echo why it failed >&2; exit 3"));

        Assert.Equal("The command 'sh' ended with exit code 3: why it failed", problem.Message);
    }

    [Theory]
    [InlineData("unknown", "No command 'unknown' is configured on this worker")]
    [InlineData("/bin/sh", "No command '/bin/sh' is configured")]
    [InlineData("gone", "its file cannot be run")]
    [InlineData("folder", "its file cannot be run")]
    [InlineData("text", "its file cannot be run")]
    public async Task A_command_that_cannot_run_here_fails_for_good(string command, string expected) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<JobFailedException>(() => RunAsync(new ProcessRunArgs(command)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Timeout_kills_the_whole_tree()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "id");

        var problem = await Assert.ThrowsAsync<TimeoutException>(() =>
            ShellAsync($"sh -c 'sleep 300 & echo $! > {file}; wait' ; true", timeout: TimeSpan.FromSeconds(2)));

        Assert.Equal("The command 'sh' did not end within PT2S and was killed.", problem.Message);
        Assert.True(await EndsAsync(await ReadIdAsync(file)));
    }

    [Fact]
    public async Task A_command_over_its_memory_is_killed_with_what_it_started()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "id");
        commands.MemoryLimitMegabytes = 50;

        // tail keeps the end of a pipe in memory: here it grows for ever.
        var problem = await Assert.ThrowsAsync<CommandFailedException>(() => ShellAsync($"sleep 1000 & echo $! > {file}; cat /dev/zero | tail -c 500000000"));

        Assert.Contains("50 MB", problem.Message, StringComparison.Ordinal);
        Assert.True(await EndsAsync(int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Cancelling_kills_the_whole_tree()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "id");
        using var cancel = new CancellationTokenSource();
        var run = ShellAsync($"sh -c 'sleep 300 & echo $! > {file}; wait' ; true", cancelled: cancel.Token);
        var grandchild = await ReadIdAsync(file);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(await EndsAsync(grandchild));
    }

    [Fact]
    public async Task Something_left_behind_with_the_output_open_does_not_hold_the_job()
    {
        var started = TimeProvider.System.GetTimestamp();

        var result = await ShellAsync("sleep 20 & echo done");

        Assert.Equal("done\n", result.Stdout);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(15));
    }
}
