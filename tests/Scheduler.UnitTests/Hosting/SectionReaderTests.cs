using Microsoft.Extensions.Configuration;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Hosting;

public sealed class SectionReaderTests
{
    [Fact]
    public void Nothing_configured_leaves_the_defaults()
    {
        var options = Read(new WorkerOptions(), WorkerOptions.Section);

        Assert.Equal(TimeSpan.FromSeconds(20), options.Lease);
        Assert.Equal(["default"], options.Queues);
        Assert.Null(options.Enabled);
    }

    [Fact]
    public void Queues_as_text_are_split_at_commas() =>
        Assert.Equal(["critical:5", "default:1"], Read(new WorkerOptions(), WorkerOptions.Section, ("Scheduler:Worker:Queues", " critical:5, default:1 ,")).Queues);

    [Fact]
    public void Queues_as_array_keep_their_order() =>
        Assert.Equal(["b", "a"], Read(new WorkerOptions(), WorkerOptions.Section, ("Scheduler:Worker:Queues:0", "b"), ("Scheduler:Worker:Queues:1", "a")).Queues);

    [Fact]
    public void Retention_reads_the_age_and_the_cap_beneath_it()
    {
        var options = Read(new RetentionOptions(), RetentionOptions.Section,
            ("Scheduler:Retention:Succeeded", "2.12:00:00"), ("Scheduler:Retention:Succeeded:Max", "500"));

        Assert.Equal(TimeSpan.FromHours(60), options.Succeeded);
        Assert.Equal(500, options.SucceededMax);
        Assert.Equal(100_000, options.FailedMax);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("20")]
    [InlineData("PT20S")]
    [InlineData("00:00:99")]
    public void A_time_span_of_another_form_is_refused_by_name(string text)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(new WorkerOptions(), WorkerOptions.Section, ("Scheduler:Worker:Lease", text)));

        Assert.Equal($"Scheduler:Worker:Lease is '{text}', which is not a time span; write [d.]hh:mm:ss, for example 00:00:20 for 20 seconds.", problem.Message);
    }

    [Theory]
    [InlineData("Concurrency", "many", "a whole number")]
    [InlineData("Concurrency", "1.5", "a whole number")]
    [InlineData("Enabled", "yes", "true or false")]
    public void A_value_of_another_kind_is_refused_by_name(string key, string text, string kind)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(new WorkerOptions(), WorkerOptions.Section, ("Scheduler:Worker:" + key, text)));

        Assert.Equal($"Scheduler:Worker:{key} is '{text}', which is not {kind}.", problem.Message);
    }

    [Fact]
    public void Maps_and_lists_of_objects_are_read()
    {
        var options = Read(new Sample(), "S", ("S:Commands:sum", "/usr/bin/sha256sum"), ("S:Keys:0:Name", "a"), ("S:Keys:0:Scopes:0", "jobs:read"), ("S:Keys:1:Name", "b"));

        Assert.Equal("/usr/bin/sha256sum", options.Commands["sum"]);
        Assert.Equal(["a", "b"], options.Keys.Select(k => k.Name));
        Assert.Equal(["jobs:read"], options.Keys[0].Scopes);
    }

    private static T Read<T>(T options, string section, params (string Key, string Value)[] settings) where T : notnull
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        SectionReader.Read(configuration.GetSection(section), options);
        return options;
    }

    private sealed class Sample
    {
        public Dictionary<string, string> Commands { get; set; } = [];
        public IReadOnlyList<SampleKey> Keys { get; set; } = [];
    }

    private sealed class SampleKey
    {
        public string Name { get; set; } = "";
        public IReadOnlyList<string> Scopes { get; set; } = [];
    }
}
