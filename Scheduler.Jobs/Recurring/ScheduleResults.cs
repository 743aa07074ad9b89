namespace Scheduler.Jobs.Recurring;

internal abstract record PutScheduleResult
{
    public sealed record Created(ScheduleRecord Schedule) : PutScheduleResult;

    public sealed record Replaced(ScheduleRecord Schedule) : PutScheduleResult;

    public sealed record PreconditionFailed : PutScheduleResult;
}

internal enum DeleteScheduleResult
{
    Deleted,
    NotFound,
    PreconditionFailed,
}
