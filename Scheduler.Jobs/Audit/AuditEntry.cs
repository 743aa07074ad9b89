namespace Scheduler.Jobs.Audit;

/// <summary>Who changed, or tried to change, what and when. Calls of one caller that differ in nothing are one entry with a count.</summary>
/// <param name="At">When the first of them was answered, by the web host's clock.</param>
/// <param name="Who">The API key's name as <c>key:name</c>, or <c>anonymous</c>.</param>
/// <param name="From">The address the calls came from.</param>
/// <param name="Path">Without its query.</param>
/// <param name="Status">HTTP status of the answer: a refusal is told too.</param>
/// <param name="TraceId">Of the last of them.</param>
internal sealed record AuditEntry(
    DateTimeOffset At, string Who, string From, string Method, string Path, int Status, int Count, string TraceId);
