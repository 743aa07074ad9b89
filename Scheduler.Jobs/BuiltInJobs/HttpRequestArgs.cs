using System.Buffers;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Arguments of <c>http.request</c>.</summary>
internal sealed record HttpRequestArgs(
    [Description("Absolute http or https URL.")]
    [MinLength(1), MaxLength(8192), Url] string Url,
    [Description("Request method.")]
    [AllowedValues("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")] string Method = "GET",
    [Description("Request headers.")]
    [MaxLength(100)] IReadOnlyDictionary<string, string>? Headers = null,
    [Description("Request body: a string is sent as it is, any other JSON value as application/json.")]
    JsonElement? Body = null,
    [Description("Time for the whole exchange, redirects included; default PT30S.")]
    TimeSpan? Timeout = null,
    [Description("Status codes that count as success; default 200-299.")]
    [MaxLength(500)] IReadOnlyList<int>? ExpectStatus = null) : IValidatableObject
{
    /// <summary>Time for the whole exchange where the caller names none.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // They frame the message or steer the connection; a caller who sets them could smuggle a second request.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || !IsCallable(uri))
            yield return new ValidationResult("must be an absolute http or https URL with a host and without user name or password", [nameof(Url)]);
        if (Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(1)))
            yield return new ValidationResult("must be more than zero and at most P1D", [nameof(Timeout)]);
        if (ExpectStatus is not null && (ExpectStatus.Count == 0 || ExpectStatus.Any(s => s is < 200 or > 599)))
            yield return new ValidationResult("must hold at least one status code, each from 200 to 599", [nameof(ExpectStatus)]);
        if (Body is not null && Method is "GET" or "HEAD")
            yield return new ValidationResult($"cannot be sent with {Method}", [nameof(Body)]);
        foreach (var (name, value) in Headers ?? new Dictionary<string, string>())
        {
            if (Problem(name, value) is { } problem)
                yield return new ValidationResult(problem, [nameof(Headers)]);
        }
    }

    /// <summary>True for a URL that may be called, whatever its address turns out to be.</summary>
    public static bool IsCallable(Uri uri) =>
        uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Port != 0;

    private static string? Problem(string name, string value)
    {
        if (name.Length is 0 or > 256 || name.AsSpan().ContainsAnyExcept(TokenCharacters))
            return "must have names of 1 to 256 letters, digits and dashes";
        if (Reserved.Contains(name))
            return $"must not set {name}; it belongs to the connection";
        return value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? $"must have values of visible ASCII characters and spaces; {name} has another"
            : null;
    }
}

/// <summary>Result of <c>http.request</c>.</summary>
/// <param name="Headers">By lower-case name; several values are joined by a comma.</param>
/// <param name="Body">The first 64 KB as text.</param>
/// <param name="Truncated">True where the body was longer.</param>
internal sealed record HttpRequestResult(
    int Status, IReadOnlyDictionary<string, string> Headers, string Body, bool Truncated, long DurationMs);
