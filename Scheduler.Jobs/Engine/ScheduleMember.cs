namespace Scheduler.Jobs.Engine;

/// <summary>A member of the schedule: a job id, or <c>queue:id</c> as stock Hangfire writes it for a job with a queue of its own.</summary>
internal static class ScheduleMember
{
    public static string JobIdOf(string member) => member[(member.LastIndexOf(':') + 1)..];
}
