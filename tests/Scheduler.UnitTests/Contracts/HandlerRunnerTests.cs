using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

public sealed class HandlerRunnerTests
{
    private const string Good = """{"customer":"abc","copies":2,"confirmed":true}""";

    private static readonly JobTypeDescriptor Sample = JobTypeScanner.Describe(typeof(SampleJob));

    private sealed record Checked(string Name) : IValidatableObject
    {
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Name == "nobody")
                yield return new ValidationResult("must be somebody", [nameof(Name)]);
        }
    }

    private sealed class Answers<TResult>(Func<TResult> answer) : IJobHandler<NoArgs, TResult>
    {
        public Task<TResult> RunAsync(NoArgs args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(answer());
    }

    private sealed class Greets : IJobHandler<Checked, NoResult>
    {
        public Task<NoResult> RunAsync(Checked args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(NoResult.Value);
    }

    private static HandlerRunner Runner<THandler>(Type args, Type result) => HandlerRunner.Create(typeof(THandler), args, result, new(() => ArgsSchema.Of(args)!));

    private static Task<string?> RunAnswering<TResult>(Func<TResult> answer)
    {
        var services = new ServiceCollection().AddSingleton(answer).BuildServiceProvider();
        return Runner<Answers<TResult>>(typeof(NoArgs), typeof(TResult)).RunAsync(services, "{}", TestJob.Context("test"), CancellationToken.None);
    }

    [Fact]
    public async Task RunAsync_makes_the_handler_from_the_scope_and_disposes_it()
    {
        var need = new SampleNeed();
        await using var services = new ServiceCollection().AddSingleton(need).BuildServiceProvider();
        var before = SampleJob.Disposed;

        var result = await Sample.RunAsync(services, Good, TestJob.Context("sample.say"), CancellationToken.None);

        Assert.Equal("""{"said":"abc 2 Small","took":"PT2S"}""", result);
        Assert.Equal(1, need.Asked);
        Assert.Equal(before + 1, SampleJob.Disposed);
    }

    [Theory]
    [InlineData("""{"customer":"abc","copies":2,"confirmed":true,"since":"v1"}""", "/since is not a known member")]
    [InlineData("""{"customer":"abc","confirmed":true}""", "/copies is required")]
    [InlineData("""{"customer":"abc","copies":2,"copies":2,"confirmed":true}""", "cannot be read")]
    [InlineData("not json", "they are not JSON")]
    public async Task RunAsync_fails_the_job_for_good_when_its_arguments_no_longer_fit(string args, string expected)
    {
        await using var services = new ServiceCollection().AddSingleton<SampleNeed>().BuildServiceProvider();

        var problem = await Assert.ThrowsAsync<JobFailedException>(() => Sample.RunAsync(services, args, TestJob.Context("sample.say"), CancellationToken.None));

        Assert.StartsWith("The stored arguments do not fit job type sample.say", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_asks_the_record_too()
    {
        var runner = Runner<Greets>(typeof(Checked), typeof(NoResult));

        Assert.Empty(runner.Validate(JsonElement.Parse("""{"name":"Ada"}""")));
        Assert.Equal("must be somebody", runner.Validate(JsonElement.Parse("""{"name":"nobody"}"""))["/name"][0]);
    }

    [Fact]
    public async Task RunAsync_of_no_result_is_null() => Assert.Null(await RunAnswering(() => NoResult.Value));

    [Fact]
    public async Task RunAsync_keeps_a_result_up_to_one_megabyte()
    {
        var largest = new string('x', HandlerRunner.MaxResultBytes - 2);

        Assert.Equal(HandlerRunner.MaxResultBytes, (await RunAnswering(() => largest))!.Length);
        var problem = await Assert.ThrowsAsync<JobFailedException>(() => RunAnswering(() => largest + "x"));
        Assert.Contains("1048577 bytes and at most 1048576 are kept", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_says_that_a_result_cannot_be_written()
    {
        var problem = await Assert.ThrowsAsync<JobFailedException>(() => RunAnswering<Action>(() => Console.WriteLine));

        Assert.StartsWith("The job ran, but its result cannot be written as JSON", problem.Message, StringComparison.Ordinal);
    }
}
