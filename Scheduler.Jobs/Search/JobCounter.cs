using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Search;

/// <param name="IsWhole">False where the time was over first: there are more.</param>
internal sealed record JobCount(long Jobs, bool IsWhole);

/// <summary>Counts the jobs that fit a filter: by looking, for a bounded time.</summary>
internal sealed class JobCounter(JobSearch search, TimeProvider time)
{
    private const int PageSize = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<JobCount> CountAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var query = new JobQuery(filter, PageSize, null);
        for (var counted = 0L; ;)
        {
            var page = await search.FindAsync(query, cancellationToken);
            counted += page.Items.Count;
            if (page.NextCursor is null || time.GetElapsedTime(start) > Patience)
                return new JobCount(counted, page.NextCursor is null);
            query = query with { Cursor = page.NextCursor };
        }
    }
}
