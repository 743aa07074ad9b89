using System.Text.Json;
using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Observation;

/// <summary>Waits until no job waits or runs any more, as the API says.</summary>
internal static class Quiet
{
    private static readonly string[] Open = ["enqueued", "scheduled", "processing", "awaiting"];

    /// <returns>False where the patience is over first.</returns>
    public static async Task<bool> WaitAsync(Fleet fleet, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var end = Monotonic.Now + (long)patience.TotalMilliseconds;
        for (var quietLooks = 0; quietLooks < 2;)
        {
            if (Monotonic.Now > end)
                return false;
            await Task.Delay(500, cancellationToken);
            quietLooks = await IsQuietAsync(http, fleet, cancellationToken) ? quietLooks + 1 : 0;
        }
        return true;
    }

    private static async Task<bool> IsQuietAsync(HttpClient http, Fleet fleet, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var state in Open)
            {
                var page = await http.GetStringAsync(new Uri(fleet.WebAddresses.Values.First(), $"/api/v1/jobs?state={state}&limit=1"), cancellationToken);
                using var json = JsonDocument.Parse(page);
                if (json.RootElement.GetProperty("items").GetArrayLength() > 0)
                    return false;
            }
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
