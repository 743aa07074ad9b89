using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduler.Web.Auth;

namespace Scheduler.UnitTests.Api;

public sealed class AuthOptionsTests
{
    // SHA-256 of "secret".
    private const string Hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    [Theory]
    [InlineData("jobs:read, admin")]
    [InlineData(null)]
    public void Scopes_are_read_as_text_or_as_list(string? text)
    {
        var options = Read(new()
        {
            ["ApiKeys:0:Name"] = "ci",
            ["ApiKeys:0:Sha256"] = Hash.ToUpperInvariant(),
            ["ApiKeys:0:Scopes" + (text is null ? ":0" : "")] = text ?? "jobs:read",
            ["ApiKeys:0:Scopes:1"] = text is null ? "admin" : null,
        });
        Assert.True(Validate(options, Environments.Production).Succeeded);
        using var keys = new ApiKeyStore(
            Options.Create(options), new ConfigurationBuilder().Build(), new ValidateOptions<AuthOptions>(null, _ => true, ""), NullLogger<ApiKeyStore>.Instance);
        Assert.Equal(["jobs:read", "admin"], keys.Find("secret")!.Scopes);
        Assert.Null(keys.Find("Secret"));
        Assert.Null(keys.Find(""));
    }

    [Fact]
    public void Only_development_starts_without_keys()
    {
        Assert.True(Validate(Read([]), Environments.Development).Succeeded);
        Assert.Contains("ApiKeys is empty", Validate(Read([]), Environments.Production).FailureMessage);
        Assert.Contains("ApiKeys is empty", Validate(Read([]), "Staging").FailureMessage);
    }

    [Theory]
    [InlineData("", Hash, "admin", ":Name must be")]
    [InlineData("ci", "secret", "admin", ":Sha256 must be")]
    [InlineData("ci", Hash, "everything", ":Scopes must be")]
    [InlineData("ci", Hash, "", ":Scopes must be")]
    public void Wrong_keys_are_told_in_a_sentence(string name, string hash, string scopes, string expected)
    {
        var options = Read(new() { ["ApiKeys:0:Name"] = name, ["ApiKeys:0:Sha256"] = hash, ["ApiKeys:0:Scopes"] = scopes });
        Assert.Contains("Scheduler:Auth:ApiKeys:0" + expected, Validate(options, Environments.Development).FailureMessage);
    }

    private static AuthOptions Read(Dictionary<string, string?> settings)
    {
        var options = new AuthOptions();
        options.Read(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(AuthOptions.Section + ":" + s.Key, s.Value)).Where(s => s.Value is not null)).Build());
        return options;
    }

    private static ValidateOptionsResult Validate(AuthOptions options, string environment) =>
        new AuthOptionsValidation(new TestEnvironment(environment)).Validate(null, options);

    private sealed class TestEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;
        public string ApplicationName { get; set; } = "tests";
        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
