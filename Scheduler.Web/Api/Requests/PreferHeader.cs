using System.Globalization;

namespace Scheduler.Web.Api.Requests;

/// <summary><c>Prefer: wait=n</c> of RFC 7240, among other preferences or alone. What makes no sense is ignored.</summary>
internal static class PreferHeader
{
    private const int MaxSeconds = 60;

    /// <summary>Seconds to wait, at most 60; null where the caller does not ask.</summary>
    public static int? WaitSeconds(HttpRequest request)
    {
        foreach (var line in request.Headers["Prefer"])
        {
            foreach (var preference in (line ?? "").Split(','))
            {
                var parts = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
                if (parts.Length == 2 && parts[0].Equals("wait", StringComparison.OrdinalIgnoreCase))
                    return Seconds(parts[1].Trim('"'));
            }
        }
        return null;
    }

    private static int? Seconds(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MaxSeconds) : MaxSeconds;
    }
}
