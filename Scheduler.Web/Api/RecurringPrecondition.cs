using Microsoft.Net.Http.Headers;
using Scheduler.Jobs.Recurring;

namespace Scheduler.Web.Api;

/// <summary><c>ETag</c>, <c>If-Match</c> and <c>If-None-Match: *</c> of schedules.</summary>
internal static class RecurringPrecondition
{
    public static string EntityTag(ScheduleRecord schedule) => $"\"{schedule.Revision}\"";

    public static SchedulePrecondition Of(HttpRequest request) =>
        new(Revisions(request.Headers.IfMatch), request.Headers.IfNoneMatch == "*");

    /// <summary>What is no strong entity tag matches nothing: the caller meant a version, and we cannot tell that it is this one.</summary>
    private static IReadOnlyList<string>? Revisions(IList<string?> ifMatch)
    {
        if (ifMatch.Count == 0)
            return null;
        return EntityTagHeaderValue.TryParseList([.. ifMatch.OfType<string>()], out var tags)
            ? [.. tags.Where(t => !t.IsWeak).Select(t => t.Tag.Value == "*" ? "*" : t.Tag.Subsegment(1, t.Tag.Length - 2).ToString())]
            : [];
    }
}
