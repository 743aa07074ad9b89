using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.BuiltInJobs;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.BuiltInJobs;

public sealed class BuiltInJobServicesTests
{
    private static ServiceProvider Services(string environment, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        host.Services.AddSingleton(TimeProvider.System);
        host.Services.AddBuiltInJobs(configuration, []);
        return host.Services.BuildServiceProvider();
    }

    private static IEnumerable<string> NamesIn(string environment, params (string Key, string Value)[] settings)
    {
        using var services = Services(environment, settings);
        return services.GetRequiredService<JobTypeRegistry>().All.Select(t => t.Name);
    }

    [Fact]
    public void Development_has_them_all() => Assert.Equal(
        ["demo.crash", "demo.echo", "demo.fail", "demo.progress", "demo.sleep", "demo.spin", "http.request", "process.run"],
        NamesIn("Development"));

    [Fact]
    public void Production_has_no_demos_unless_they_are_asked_for()
    {
        Assert.Equal(["http.request", "process.run"], NamesIn("Production"));
        Assert.Equal(8, NamesIn("Production", ("Scheduler:DemoJobs:Enabled", "true")).Count());
        Assert.Equal(2, NamesIn("Development", ("Scheduler:DemoJobs:Enabled", "false")).Count());
    }

    [Theory]
    [InlineData("sha256sum")]
    [InlineData("bin/tool")]
    [InlineData("")]
    public void A_command_needs_an_absolute_path(string path)
    {
        using var services = Services("Production", ("Scheduler:Process:Commands:sum", path));

        var problem = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ProcessOptions>>().Value);

        Assert.Contains("Scheduler:Process:Commands:sum must be the absolute path of an executable", problem.Message, StringComparison.Ordinal);
    }
}
