using System.Collections.Concurrent;
using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Hosting;

namespace Scheduler.IntegrationTests.Locks;

/// <summary>Counts how many are inside at once, by name.</summary>
public static class Crowd
{
    private static readonly ConcurrentDictionary<string, (int Inside, int Most, int Visits)> Counts = new();

    public static (int Inside, int Most, int Visits) Of(string name) => Counts.GetValueOrDefault(name);

    public static async Task VisitAsync(string name)
    {
        Counts.AddOrUpdate(name, (1, 1, 1), (_, c) => (c.Inside + 1, Math.Max(c.Most, c.Inside + 1), c.Visits + 1));
        await Task.Delay(150);
        Counts.AddOrUpdate(name, (0, 0, 0), (_, c) => (c.Inside - 1, c.Most, c.Visits));
    }

    [Exclusive("visit-{0}", RetrySeconds = 0.2)]
    public static Task VisitAloneAsync(string name) => VisitAsync(name);
}

public sealed record VisitArgs(string Name);

[JobType("test.visit")]
[Exclusive("visit-{name}", RetrySeconds = 0.2)]
public sealed class VisitJob : IJobHandler<VisitArgs, NoResult>
{
    public async Task<NoResult> RunAsync(VisitArgs args, JobContext job, CancellationToken cancellationToken)
    {
        await Crowd.VisitAsync(args.Name);
        return NoResult.Value;
    }
}

/// <summary>Two whole workers on one Redis, jobs of both kinds, one resource.</summary>
public sealed class ExclusiveRunTests(RedisServerFixture server)
{
    private const int Each = 4;

    private readonly string prefix = ServerFixture.NewPrefix();
    private readonly string name = Guid.NewGuid().ToString("N");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Typed_and_expression_jobs_take_turns_across_workers_and_none_spends_an_attempt()
    {
        using var one = await StartWorkerAsync();
        using var other = await StartWorkerAsync();

        var ids = await EnqueueAsync(one.Services);
        var ended = new List<JobRecord>();
        foreach (var id in ids)
            ended.Add(await FinalAsync(one.Services.GetRequiredService<JobStore>(), id));
        await Task.WhenAll(one.StopAsync(Token), other.StopAsync(Token));

        Assert.All(ended, job => Assert.Equal(JobStates.Succeeded, job.State));
        Assert.All(ended, job => Assert.Equal(1, job.Attempt));
        Assert.All(ended, job => Assert.DoesNotContain(job.History, h => h.State is JobStates.Failed or JobStates.Deleted));
        Assert.Contains(ended, job => job.History.Any(h => h.Reason == $"Waits: 'visit-{name}' is taken by another job"));
        Assert.Equal((0, 1, 2 * Each), Crowd.Of(name));
    }

    private async Task<List<string>> EnqueueAsync(IServiceProvider services)
    {
        var jobs = services.GetRequiredService<JobStore>();
        var typed = Enumerable.Range(0, Each).Select(_ => new NewJob { Id = jobs.NewId(), Type = "test.visit", Args = $$"""{"name":"{{name}}"}""", Queue = "default" });
        var accepted = Assert.IsType<EnqueueResult.Accepted>(await jobs.EnqueueAsync([.. typed], null, Token));
        var client = services.GetRequiredService<IBackgroundJobClient>();
        return [.. accepted.Ids, .. Enumerable.Range(0, Each).Select(_ => client.Enqueue(() => Crowd.VisitAloneAsync(name)))];
    }

    private async Task<IHost> StartWorkerAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(server.Settings(prefix));
        builder.Services.AddLogging();
        builder.Services.AddScheduler(builder.Configuration).AddJobsFrom(typeof(ExclusiveRunTests).Assembly).AddWorker();
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private static async Task<JobRecord> FinalAsync(JobStore jobs, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await jobs.GetAsync(id, limit.Token) is { State: JobStates.Succeeded or JobStates.Failed or JobStates.Deleted } ended)
                return ended;
            await Task.Delay(50, limit.Token);
        }
    }
}
