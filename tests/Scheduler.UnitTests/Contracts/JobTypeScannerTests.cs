using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Hosting;

namespace Scheduler.UnitTests.Contracts;

public sealed class JobTypeScannerTests
{
    // Public and open, because emitted classes derive from it; without [JobType], so that no scan meets it.
    public class DoesNothing<TArgs> : IJobHandler<TArgs, NoResult>
    {
        public Task<NoResult> RunAsync(TArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(NoResult.Value);
    }

    private sealed class Unmarked : DoesNothing<NoArgs>;

    private static string Refusal(Type handler) => Assert.Throws<ConfigurationException>(() => JobTypeScanner.Describe(handler).ArgsSchema).Message;

    [Fact]
    public void Describe_takes_everything_from_the_attributes()
    {
        var type = JobTypeScanner.Describe(typeof(SampleJob));

        Assert.Equal(("sample.say", "Says it.", "talk", 3, true), (type.Name, type.Description, type.Queue, type.MaxAttempts, type.CpuBound));
        Assert.Equal("say-{customer}", type.Exclusive?.Resource);
        Assert.Equal(typeof(SampleJob), type.HandlerType);
    }

    [Fact]
    public void Describe_refuses_a_class_without_the_attribute() => Assert.Contains("has no [JobType] attribute", Refusal(typeof(Unmarked)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Bad.Name", "", "has the job type name 'Bad.Name'")]
    [InlineData("", "", "has the job type name ''")]
    [InlineData("spaces in it", "", "has the job type name")]
    [InlineData("ok", "Bad Queue", "names the queue 'Bad Queue'")]
    public void Describe_refuses_bad_names(string name, string queue, string expected) =>
        Assert.Contains(expected, Refusal(EmittedHandler.Of(name, queue, typeof(DoesNothing<NoArgs>))), StringComparison.Ordinal);

    [Fact]
    public void Describe_refuses_a_class_that_handles_nothing() =>
        Assert.Contains("implements IJobHandler<TArgs, TResult> 0 times", Refusal(EmittedHandler.Of("ok", "", typeof(object))), StringComparison.Ordinal);

    [Fact]
    public void Describe_refuses_arguments_that_are_no_object() =>
        Assert.Contains("takes String as arguments", Refusal(EmittedHandler.Of("ok", "", typeof(DoesNothing<string>))), StringComparison.Ordinal);

    [Fact]
    public void Describe_refuses_an_abstract_class() =>
        Assert.Contains("neither abstract nor generic", Refusal(EmittedHandler.Of("ok", "", typeof(DoesNothing<NoArgs>), TypeAttributes.Abstract)), StringComparison.Ordinal);

    [Fact]
    public void Describe_refuses_an_exclusive_pattern_over_a_member_that_is_not_there() =>
        Assert.Contains("have no member 'Customer'", Refusal(EmittedHandler.Of("ok", "", typeof(DoesNothing<SampleArgs>), exclusive: "x-{Customer}")), StringComparison.Ordinal);

    [Fact]
    public void Scan_refuses_one_name_on_two_classes()
    {
        var assembly = EmittedHandler.AssemblyOf("twice", typeof(DoesNothing<NoArgs>), "FirstHandler", "SecondHandler");

        var message = Assert.Throws<ConfigurationException>(() => JobTypeScanner.Scan([assembly])).Message;

        Assert.Contains("The job type twice is declared by FirstHandler", message, StringComparison.Ordinal);
        Assert.Contains("and by SecondHandler", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_takes_an_assembly_once_however_often_it_is_named()
    {
        var assembly = EmittedHandler.AssemblyOf("once", typeof(DoesNothing<NoArgs>), "OnlyHandler");

        Assert.Equal("once", Assert.Single(JobTypeScanner.Scan([assembly, assembly])).Name);
    }

    [Fact]
    public void AddJobTypes_sees_what_is_added_until_the_registry_is_asked_for()
    {
        var assemblies = new List<Assembly>();
        using var services = new ServiceCollection().AddJobTypes(assemblies, (_, _) => true).BuildServiceProvider();

        assemblies.Add(EmittedHandler.AssemblyOf("late", typeof(DoesNothing<NoArgs>), "LateHandler"));

        Assert.True(services.GetRequiredService<JobTypeRegistry>().TryGet("late", out _));
    }

    public sealed record BadPattern([property: RegularExpression("(")] string Text);

    [Fact]
    public async Task A_host_with_a_job_type_whose_pattern_is_none_does_not_start() =>
        Assert.Contains("Invalid pattern", (await Assert.ThrowsAnyAsync<ArgumentException>(() => StartAsync(typeof(DoesNothing<BadPattern>)))).Message, StringComparison.Ordinal);

    private static async Task StartAsync(Type handler)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddJobTypes([EmittedHandler.AssemblyOf("wrong", handler, "WrongHandler")], (_, _) => true);
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_host_with_a_job_type_whose_arguments_cannot_be_read_does_not_start()
    {
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(typeof(DoesNothing<string>)));

        Assert.Contains("WrongHandler", problem.Message, StringComparison.Ordinal);
    }
}
