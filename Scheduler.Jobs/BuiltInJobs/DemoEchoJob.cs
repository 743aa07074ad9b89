using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>Returns its arguments.</summary>
[JobType("demo.echo", Description = "Returns its arguments.")]
internal sealed class DemoEchoJob : IJobHandler<JsonElement, JsonElement>
{
    public Task<JsonElement> RunAsync(JsonElement args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(args);
}
