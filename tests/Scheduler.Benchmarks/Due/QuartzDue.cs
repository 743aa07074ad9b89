using System.Diagnostics;
using Quartz;
using Scheduler.Benchmarks.Children;

namespace Scheduler.Benchmarks.Due;

/// <summary>Quartz.NET with its in-memory store: nothing survives a restart, and no other process has a part.</summary>
internal sealed class QuartzDue : DuePeer
{
    private readonly IScheduler scheduler;
    private int named;

    private QuartzDue(IScheduler scheduler) => this.scheduler = scheduler;

    public override string Name => $"Quartz.NET {FileVersionInfo.GetVersionInfo(typeof(IScheduler).Assembly.Location).ProductVersion!.Split('+')[0]}, in memory";

    public static async Task<DuePeer> StartAsync()
    {
        var scheduler = await QuartzSchedulerBuilder.Create(q =>
        {
            q.UseDefaultThreadPool(20);
            q.UseInMemoryStore();
        }).BuildScheduler();
        await scheduler.Start();
        return new QuartzDue(scheduler);
    }

    public override Task DelayAsync(int count, DateTimeOffset at, long us) => InLanesAsync(count, _ =>
        PutAsync<QuartzStamp>(us, at, null, SimpleScheduleBuilder.Create()));

    public override Task EverySecondAsync(int count, DateTimeOffset from, DateTimeOffset to) => InLanesAsync(count, _ =>
        PutAsync<QuartzTick>(0, from, to.AddMilliseconds(1), CronScheduleBuilder.Create("* * * * * ?")));

    public override Task FireAtAsync(int count, DateTimeOffset at, long us) => InLanesAsync(count, _ =>
        PutAsync<QuartzTick>(0, at, null, CronScheduleBuilder.Create(HourlyAt(at) + "?")));

    public override async ValueTask DisposeAsync() => await scheduler.Shutdown(waitForJobsToComplete: false);

    private async Task PutAsync<TJob>(long us, DateTimeOffset from, DateTimeOffset? to, IScheduleBuilder when) where TJob : IJob
    {
        var name = $"j{Interlocked.Increment(ref named)}";
        var job = JobBuilder.Create<TJob>().WithIdentity(name).UsingJobData("us", us).UsingJobData("payload", Payload).Build();
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity(name).StartAt(from).EndAt(to).WithSchedule(when).Build());
    }
}

public sealed class QuartzStamp : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        Recorder.Done(context.MergedJobDataMap.GetLong("us"));
        return default;
    }
}

public sealed class QuartzTick : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var late = TimeProvider.System.GetUtcNow() - context.ScheduledFireTimeUtc!.Value;
        Recorder.Done(Recorder.NowUs - (long)late.TotalMicroseconds);
        return default;
    }
}
