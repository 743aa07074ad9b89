namespace Scheduler.Web;

/// <summary>
/// <c>Scheduler.Web healthcheck http://127.0.0.1:8080/health/live</c>: exit code 0 where a running host answers 2xx there, else 1.
/// For container images, which have neither a shell's tools nor curl.
/// </summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Null where the arguments ask for something else.</summary>
    public static Uri? TargetOf(string[] args) =>
        args is ["healthcheck", var url] && Uri.TryCreate(url, UriKind.Absolute, out var target) ? target : null;

    public static async Task<int> AskAsync(Uri target)
    {
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(target);
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return 1;
        }
    }
}
