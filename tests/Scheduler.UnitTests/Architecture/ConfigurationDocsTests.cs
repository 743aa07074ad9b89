using System.Reflection;
using Microsoft.Extensions.Configuration;
using Scheduler.Jobs.Hosting;
using Scheduler.Web.Auth;

namespace Scheduler.UnitTests.Architecture;

/// <summary>An option that nobody can read about does not exist.</summary>
public sealed class ConfigurationDocsTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "docs", "configuration.md"));

    [Fact]
    public void Every_option_has_a_row()
    {
        var keys = OptionTypes().SelectMany(KeysOf).Distinct().ToList();

        Assert.True(keys.Count > 20, "the options were not found");
        Assert.DoesNotContain(keys, k => !IsWrittenDown(k));
    }

    private static IEnumerable<Type> OptionTypes() =>
        new[] { typeof(SchedulerOptions).Assembly, typeof(RateLimitOptions).Assembly }.SelectMany(a => a.GetTypes()).Where(t => SectionOf(t) is not null);

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } field ? (string?)field.GetRawConstantValue() : null;

    private static IEnumerable<string> KeysOf(Type type) => type.GetProperties().Where(p => p.SetMethod?.IsPublic == true)
        .Select(p => SectionOf(type) + ":" + (p.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? p.Name));

    /// <summary>As a whole, or as an ending in the row of its neighbours: <c>`Scheduler:Retention:Succeeded`, `:Failed`</c>.</summary>
    private static bool IsWrittenDown(string key)
    {
        if (Text.Contains($"`{key}`", StringComparison.Ordinal) || Text.Contains($"`{key}:{{", StringComparison.Ordinal))
            return true;
        var endings = Enumerable.Range(1, key.Count(c => c == ':') - 1).Select(n => (Start: string.Join(':', key.Split(':')[..^n]), End: ":" + string.Join(':', key.Split(':')[^n..])));
        return endings.Any(e => Text.Split('\n').Any(line => line.Contains($"`{e.Start}:", StringComparison.Ordinal) && line.Contains($"`{e.End}`", StringComparison.Ordinal)));
    }
}
