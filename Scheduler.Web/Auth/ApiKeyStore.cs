using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Scheduler.Web.Auth;

/// <summary>
/// The configured keys, found by what a caller presents. A changed <c>appsettings.json</c> counts at once, so that a key can be withdrawn
/// without a restart; a change that is not valid is told and leaves the keys as they are.
/// </summary>
internal sealed partial class ApiKeyStore : IDisposable
{
    private const int MaxKeyLength = 512;

    private readonly IDisposable watch;
    private readonly ILogger<ApiKeyStore> logger;
    private readonly Lock gate = new();
    private volatile IReadOnlyList<ApiKey> keys;
    private volatile CancellationTokenSource changing = new();

    public ApiKeyStore(IOptions<AuthOptions> options, IConfiguration configuration, IValidateOptions<AuthOptions> validation, ILogger<ApiKeyStore> logger)
    {
        this.logger = logger;
        keys = Read(options.Value);
        watch = ChangeToken.OnChange(configuration.GetReloadToken, () => Reload(configuration, validation));
    }

    /// <summary>Cancelled when the keys change next: what lasts longer than a request ends then, and its caller comes again.</summary>
    public CancellationToken Changed => changing.Token;

    /// <summary>The key, or null where no key is this one. Looks at every key whatever matches, so that time tells nothing.</summary>
    public ApiKey? Find(string presented)
    {
        if (presented.Length is 0 or > MaxKeyLength)
            return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(presented));
        ApiKey? found = null;
        foreach (var key in keys)
            found = CryptographicOperations.FixedTimeEquals(key.Hash, hash) ? key : found;
        return found;
    }

    /// <summary>For a browser session: the key it was opened with, while that key is still configured.</summary>
    public ApiKey? FindByStamp(string name, string stamp) => keys.FirstOrDefault(k => k.Name == name && k.Stamp == stamp);

    /// <summary>False where the caller's key has been withdrawn since it was let in.</summary>
    public bool StillKnows(ClaimsPrincipal caller) =>
        caller.FindFirstValue(Caller.KeyStampClaim) is not { } stamp || FindByStamp(caller.Identity?.Name ?? "", stamp) is not null;

    public void Dispose()
    {
        watch.Dispose();
        changing.Dispose();
    }

    private static IReadOnlyList<ApiKey> Read(AuthOptions options) =>
        [.. options.ApiKeys.Select(k => new ApiKey(k.Name, Convert.FromHexString(k.Sha256), k.Scopes))];

    private static string Describe(IReadOnlyList<ApiKey> keys) => string.Join('\n', keys.Select(k => $"{k.Name} {k.Stamp} {string.Join(' ', k.Scopes)}"));

    private void Reload(IConfiguration configuration, IValidateOptions<AuthOptions> validation)
    {
        var options = new AuthOptions();
        options.Read(configuration);
        if (validation.Validate(null, options) is { Failed: true } refused)
        {
            LogRefused(refused.FailureMessage);
            return;
        }
        lock (gate)
            Replace(Read(options));
    }

    // Keys first: whoever was let in by the old ones takes part in the change or is asked again.
    private void Replace(IReadOnlyList<ApiKey> read)
    {
        if (Describe(read) == Describe(keys))
            return;
        keys = read;
        var ended = changing;
        changing = new CancellationTokenSource();
        LogChanged(string.Join(", ", read.Select(k => k.Name)));
        ended.Cancel();
    }

    [LoggerMessage(2310, LogLevel.Warning, "The API keys have changed; known now: {Names}")]
    private partial void LogChanged(string names);

    [LoggerMessage(2311, LogLevel.Error, "The changed API keys are not valid and do not count: {Problem}")]
    private partial void LogRefused(string problem);
}
