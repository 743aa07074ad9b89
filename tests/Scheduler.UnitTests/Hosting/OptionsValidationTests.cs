using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Hosting;

/// <summary>Every wrong value stops the start with a sentence that names the key.</summary>
public sealed class OptionsValidationTests
{
    [Theory]
    [InlineData("Scheduler:Prefix", "jobs:", "Scheduler:Prefix must start with a hash tag in braces, for example {hangfire}: , so that all keys share one slot.")]
    [InlineData("Scheduler:MisfireThreshold", "00:00:00", "Scheduler:MisfireThreshold is 00:00:00, but must be between 00:00:01 and 366.00:00:00.")]
    [InlineData("Scheduler:Worker:Concurrency", "0", "Scheduler:Worker:Concurrency must be between 1 and 100000.")]
    [InlineData("Scheduler:Worker:Lease", "00:00:02", "Scheduler:Worker:Lease is 00:00:02, but must be between 00:00:03 and 01:00:00.")]
    [InlineData("Scheduler:Worker:DrainTimeout", "-00:00:01", "Scheduler:Worker:DrainTimeout is -00:00:01, but must be between 00:00:00 and 01:00:00.")]
    [InlineData("Scheduler:Worker:Queues", "a,a:2", "Scheduler:Worker:Queues names a queue twice; name each once.")]
    [InlineData("Scheduler:Retry:MaxAttempts", "101", "Scheduler:Retry:MaxAttempts must be between 1 and 100.")]
    [InlineData("Scheduler:Retry:BaseDelay", "02:00:00", "Scheduler:Retry:BaseDelay (02:00:00) must not be longer than Scheduler:Retry:MaxDelay (01:00:00).")]
    [InlineData("Scheduler:Retention:Failed", "00:00:00", "Scheduler:Retention:Failed is 00:00:00, but must be between 00:00:01 and 36600.00:00:00.")]
    [InlineData("Scheduler:Retention:Failed:Max", "0", "Scheduler:Retention:Failed:Max must be between 1 and 100000000.")]
    [InlineData("Scheduler:Events:Max", "5", "Scheduler:Events:Max must be between 100 and 100000000.")]
    [InlineData("Scheduler:Embedded:Port", "70000", "Scheduler:Embedded:Port must be between 1 and 65535.")]
    public void A_wrong_value_is_told_in_one_sentence(string key, string value, string sentence) =>
        Assert.Equal(sentence, ProblemWith((key, value)));

    [Theory]
    [InlineData("Default")]
    [InlineData("a:0")]
    [InlineData("a:1001")]
    [InlineData("a b")]
    public void A_queue_outside_the_alphabet_is_named(string item) =>
        Assert.StartsWith($"Scheduler:Worker:Queues has the item '{item}'; ", ProblemWith(("Scheduler:Worker:Queues", item)), StringComparison.Ordinal);

    [Fact]
    public void Defaults_are_valid() => Assert.Null(ProblemWith());

    private static string? ProblemWith(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        using var services = new ServiceCollection().AddScheduler(configuration).Services.BuildServiceProvider();
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (Exception ex) when (ex is OptionsValidationException or ConfigurationException)
        {
            return StartProblem.SentenceFor(ex);
        }
    }
}
