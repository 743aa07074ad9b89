namespace Scheduler.Jobs.DeadLetters;

/// <summary>Failed jobs that failed the same way.</summary>
/// <param name="Kind">The error's stable word: <c>exception</c>, <c>timeout</c>, <c>poison_job</c>...</param>
/// <param name="Message">Of the newest failure.</param>
/// <param name="Count">Jobs that are failed now.</param>
/// <param name="FirstAt">The first failure since the group came to be.</param>
/// <param name="SampleJobId">The job that failed last.</param>
internal sealed record DeadLetterGroup(
    string Fingerprint, string JobType, string Kind, string Message, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, string SampleJobId);
