namespace Scheduler.Faults.Load;

/// <summary>Schedules that fire every second and owe every instant.</summary>
internal sealed class Schedules(IReadOnlyDictionary<string, Uri> webs, Recorder recorder, int seed) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ApiCaller caller = new(webs, recorder, new Random(seed));

    public static readonly string[] All = ["every-second-a", "every-second-b", "every-second-c"];

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        foreach (var id in All)
        {
            var body = new { type = "fault.work", args = new { marker = id }, cron = "* * * * * *", misfire = "all", catchUpWindow = "PT10M" };
            await caller.SendUntilAnsweredAsync("schedule", HttpMethod.Put, $"/api/v1/recurring/{id}", body, [id], null, Patience, cancellationToken);
        }
    }

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        foreach (var id in All)
            await caller.SendUntilAnsweredAsync("pause", HttpMethod.Post, $"/api/v1/recurring/{id}/pause", null, [], null, Patience, cancellationToken);
    }

    public void Dispose() => caller.Dispose();
}
