using Microsoft.Extensions.Options;

namespace Scheduler.Web.Auth;

/// <summary>API keys. Section <c>Scheduler:Auth</c>.</summary>
internal sealed class AuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Auth";

    /// <summary>The keys callers may present. Default: none, which only Development on loopback allows.</summary>
    public IReadOnlyList<ApiKeyOptions> ApiKeys { get; private set; } = [];

    /// <summary>Scopes come as an array or as one comma-separated text, which the binder does not know.</summary>
    public void Read(IConfiguration configuration) =>
        ApiKeys = [.. configuration.GetSection(Section + ":ApiKeys").GetChildren().Select(ApiKeyOptions.Read)];
}

/// <summary>One key. <c>Scheduler:Auth:ApiKeys:{n}</c>.</summary>
/// <param name="Path">Where it is configured, for the sentence that tells what is wrong.</param>
/// <param name="Name">Names the caller; unique.</param>
/// <param name="Sha256">SHA-256 of the key, 64 hexadecimal digits.</param>
/// <param name="Scopes">What it may do: <see cref="Auth.Scopes"/>.</param>
internal sealed record ApiKeyOptions(string Path, string Name, string Sha256, IReadOnlyList<string> Scopes)
{
    public static ApiKeyOptions Read(IConfigurationSection section) =>
        new(section.Path, section["Name"]?.Trim() ?? "", section["Sha256"]?.Trim() ?? "", ReadList(section.GetSection("Scopes")));

    private static string[] ReadList(IConfigurationSection section) =>
        section.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. section.GetChildren().Select(c => c.Value?.Trim() ?? "")];
}

internal sealed class AuthOptionsValidation(IHostEnvironment environment) : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        List<string> failures = [.. options.ApiKeys.SelectMany(FaultsOf)];
        foreach (var twice in options.ApiKeys.GroupBy(k => k.Name).Where(g => g.Key.Length > 0 && g.Count() > 1))
            failures.Add($"{AuthOptions.Section}:ApiKeys has two keys named '{twice.Key}'; give each its own Name.");
        if (options.ApiKeys.Count == 0 && !environment.IsDevelopment())
            failures.Add($"{AuthOptions.Section}:ApiKeys is empty, and outside Development the host needs at least one key: "
                + "set Scheduler:Auth:ApiKeys:0:Name, :Sha256 (hex SHA-256 of the key) and :Scopes:0 (for example admin).");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> FaultsOf(ApiKeyOptions key)
    {
        if (key.Name.Length is 0 or > 64)
            yield return $"{key.Path}:Name must be 1 to 64 characters that name the caller.";
        if (key.Sha256.Length != 64 || !key.Sha256.All(char.IsAsciiHexDigit))
            yield return $"{key.Path}:Sha256 must be the SHA-256 of the key as 64 hexadecimal digits.";
        if (key.Scopes.Count == 0 || key.Scopes.Any(s => !Scopes.All.Contains(s)))
            yield return $"{key.Path}:Scopes must be one or more of {string.Join(", ", Scopes.All)}.";
    }
}
