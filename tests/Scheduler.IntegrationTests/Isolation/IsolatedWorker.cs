using System.Globalization;
using Scheduler.IntegrationTests.Dispatching;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Isolation;

/// <summary>A worker process with the sample plug-in, whose <c>sample.misbehave</c> runs isolated; and the jobs it is given.</summary>
internal sealed class IsolatedWorker : IAsyncDisposable
{
    private IsolatedWorker(WorkerHarness scheduler, RunningProcess process) => (Scheduler, Process) = (scheduler, process);

    public WorkerHarness Scheduler { get; }

    public RunningProcess Process { get; }

    public static async Task<IsolatedWorker> StartAsync(ServerFixture server, params (string Key, string Value)[] settings)
    {
        var scheduler = await WorkerHarness.StartAsync(server.ConnectionString);
        var all = server.Settings(scheduler.Redis.Keys.Prefix);
        all["Scheduler:Plugins"] = Path.GetDirectoryName(Repository.BuiltAssembly("tests/Scheduler.SampleJobs"));
        all["Scheduler:Worker:Lease"] = "00:00:03";
        all["Scheduler:Worker:DrainTimeout"] = "00:00:01";
        all["Scheduler:Retry:BaseDelay"] = "00:00:00.050";
        all["Scheduler:Isolation:MinIdle"] = "1";
        all["Scheduler:Isolation:Max"] = "2";
        all["Scheduler:Isolation:HardKillAfter"] = "00:00:00.500";
        foreach (var (key, value) in settings)
            all["Scheduler:" + key] = value;
        return new IsolatedWorker(scheduler, RunningProcess.StartHost("Scheduler.Worker", all));
    }

    /// <summary>Enqueues <c>sample.misbehave</c>.</summary>
    public async Task<string> EnqueueAsync(string misdeed, int amount = 0, string text = "", TimeSpan? timeout = null, int? maxAttempts = null) =>
        (await Scheduler.EnqueueAsync([New(misdeed, amount, text) with { Timeout = timeout, MaxAttempts = maxAttempts }]))[0];

    public NewJob New(string misdeed, int amount = 0, string text = "") => Scheduler.New("sample.misbehave") with
    {
        Args = string.Create(CultureInfo.InvariantCulture, $$"""{"misdeed":"{{misdeed}}","amount":{{amount}},"text":"{{text}}"}"""),
    };

    public Task<JobRecord> EndOfAsync(string id) => Scheduler.WaitForAsync(id, job => JobStates.IsFinal(job.State), seconds: 60);

    public Task<JobRecord> WaitForAsync(string id, Func<JobRecord, bool> wanted) => Scheduler.WaitForAsync(id, wanted, seconds: 60);

    public async Task<IReadOnlyList<string>> LogOfAsync(string id) =>
        [.. (await Scheduler.Logs.ReadAsync(id, WorkerHarness.Token)).Lines.Select(line => line.Message)];

    /// <summary>The process id that the handler logged or returned as its last word.</summary>
    public async Task<int> ProcessOfAsync(string id, string before)
    {
        IReadOnlyList<string> lines = [];
        await Scheduler.EventuallyAsync(async () => (lines = await LogOfAsync(id)).Any(line => line.StartsWith(before, StringComparison.Ordinal)), seconds: 60);
        return int.Parse(lines.Last(line => line.StartsWith(before, StringComparison.Ordinal))[before.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>A running job's own isolated neighbour and one of the worker itself both end well.</summary>
    public async Task AssertServesAsync()
    {
        var isolated = await EnqueueAsync("none");
        var plain = (await Scheduler.EnqueueAsync([Scheduler.New("demo.echo")]))[0];
        Assert.Equal(JobStates.Succeeded, (await EndOfAsync(isolated)).State);
        Assert.Equal(JobStates.Succeeded, (await EndOfAsync(plain)).State);
        Assert.False(Process.HasExited, Process.Output);
    }

    public static bool IsAlive(int process) => File.Exists($"/proc/{process}/stat")
        && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Process.Output);
        await Process.DisposeAsync();
        await Scheduler.DisposeAsync();
    }
}

/// <summary>One worker for all tests of a class: a process takes seconds to start.</summary>
public sealed class SharedIsolatedWorker(RedisServerFixture server) : IAsyncLifetime
{
    internal IsolatedWorker Worker { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Worker = await IsolatedWorker.StartAsync(
        server, ("Isolation:MemoryLimitMegabytes", "200"), ("Isolation:RecycleAboveMegabytes", "200"), ("Isolation:MinIdle", "2"), ("Isolation:Max", "4"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Worker.DisposeAsync();
}
