using System.Net.Http.Json;
using System.Text.Json;
using Scheduler.IntegrationTests.Support;

namespace Scheduler.BrowserTests;

/// <summary>The web host as built, started as its own process with its embedded server, a worker and a throw-away data folder.</summary>
public sealed class WebHost : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private RunningProcess? process;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    public HttpClient Client { get; } = new();

    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Where the embedded server listens, for a Hangfire client of the test's own.</summary>
    public string StoreAddress => $"127.0.0.1:{Settings["Scheduler:Embedded:Port"]}";

    public string EnvironmentName { get; set; } = "Development";

    public async ValueTask InitializeAsync()
    {
        Client.BaseAddress = Address;
        Settings["ASPNETCORE_URLS"] = Address.ToString();
        Settings["Scheduler:Embedded:DataFolder"] = folder.Path;
        Settings["Scheduler:Embedded:Port"] = $"{FreePort.Next()}";
        process = RunningProcess.StartHost("Scheduler.Web", Settings, EnvironmentName);
        await process.WaitForLineAsync("Scheduler is ready", StartLimit);
    }

    /// <summary>Enqueues over HTTP; gives the job's id.</summary>
    public async Task<string> EnqueueAsync(object job)
    {
        using var answer = await Client.PostAsJsonAsync("/api/v1/jobs", job);
        Assert.Equal(202, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public async Task<SeenJob> GetAsync(string id) => SeenJob.Of(await Client.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}"));

    /// <summary>Takes care that a job does not stay in the way of other tests.</summary>
    public async Task DeleteAsync(string id) => (await Client.PostAsync($"/api/v1/jobs/{id}/cancel", null)).Dispose();

    public Task WaitForStateAsync(string id, string state) => WaitForAsync(id, job => job.State == state);

    /// <summary>Fails when it takes too long.</summary>
    public async Task WaitForAsync(string id, Predicate<SeenJob> condition)
    {
        SeenJob? job = null;
        for (var attempt = 0; attempt < 300; attempt++)
        {
            job = await GetAsync(id);
            if (condition(job))
                return;
            await Task.Delay(50);
        }
        throw new TimeoutException($"Job {id} is {job?.State} after {string.Join(", ", job?.History ?? [])}.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (process is not null)
            await process.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>A job as the API shows it.</summary>
/// <param name="History">The states it went through, oldest first.</param>
public sealed record SeenJob(string State, IReadOnlyList<string> History)
{
    public static SeenJob Of(JsonElement job) => new(job.GetProperty("state").GetString()!,
        [.. job.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("state").GetString()!)]);
}
