using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Search;

namespace Scheduler.Jobs.Bulk;

/// <param name="Filter">As the operation would use it.</param>
/// <param name="Sample">Ids of some of the jobs, newest first.</param>
internal sealed record BulkPreview(string Action, string Filter, JobCount Count, IReadOnlyList<string> Sample);

/// <summary>Says what a bulk operation would do, and does nothing.</summary>
internal sealed class BulkPreviews(BulkStore bulks, JobCounter counter, JobSearch search)
{
    public async Task<BulkPreview> LookAsync(BulkRequest request, int sample, CancellationToken cancellationToken)
    {
        var filter = await bulks.NarrowAsync(request.Action, request.Filter, cancellationToken);
        var count = await counter.CountAsync(filter, cancellationToken);
        var page = await search.FindAsync(new JobQuery(filter, sample, null), cancellationToken);
        return new BulkPreview(request.Action, FilterText.Write(filter), count, page.Items);
    }
}
