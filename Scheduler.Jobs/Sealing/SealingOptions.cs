using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Sealing;

/// <summary>
/// Signs or encrypts the arguments of typed jobs and schedules, so that who can write to Redis cannot invent or change them, or who can
/// read it cannot read them. Section <c>Scheduler:Sealing</c>; every process of one scheduler needs the same keys.
/// </summary>
public sealed class SealingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Sealing";

    /// <summary>
    /// The key ring, each item <c>id:base64</c> of 32 random bytes. The first seals, all open: put a new one in front, and take an old one away
    /// when no job is left that it sealed. Default: none, arguments are stored as they are.
    /// </summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>True: arguments are encrypted (AES-256-GCM). False (the default): they are signed (HMAC-SHA256) and stay readable.</summary>
    public bool Encrypt { get; set; }

    /// <summary>True while jobs from before the first key are still stored: arguments without a seal are then run. Default: false.</summary>
    public bool AcceptUnsealed { get; set; }
}

internal sealed class SealingOptionsValidator : IValidateOptions<SealingOptions>
{
    public ValidateOptionsResult Validate(string? name, SealingOptions options)
    {
        List<string> problems = [.. options.Keys.Where(k => SealingKey.TryRead(k) is null).Select((_, n) =>
            $"{SealingOptions.Section}:Keys has an item that is not id:base64 of 32 bytes; write for example 2026a:$(head -c 32 /dev/urandom | base64).")];
        if (options.Keys.Select(SealingKey.TryRead).OfType<SealingKey>().GroupBy(k => k.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            problems.Add($"{SealingOptions.Section}:Keys has two keys named '{twice.Key}'; give each its own name.");
        if (options.Encrypt && options.Keys.Count == 0)
            problems.Add($"{SealingOptions.Section}:Encrypt is true, but {SealingOptions.Section}:Keys has no key to encrypt with; add one.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
