using System.Globalization;
using Hangfire;
using Hangfire.Common;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// The queue in which a scheduled job will wait once it is due. Hangfire decides that then, by <c>[Queue]</c>; here due jobs are
/// moved in batches by a script, so it is decided before.
/// </summary>
internal static class QueueChoice
{
    /// <summary>Null = the default queue, or the one the job had.</summary>
    public static string? Of(Job job)
    {
        // As Hangfire runs them: the last filter has the last word.
        var filter = JobFilterProviders.Providers.GetFilters(job).Select(f => f.Instance).OfType<QueueAttribute>().LastOrDefault();
        return filter is null ? job.Queue : string.Format(CultureInfo.InvariantCulture, filter.Queue, [.. job.Args]);
    }
}
