namespace Scheduler.Web.Api.Problems;

/// <summary>No caller hangs on a store that does not answer: after two seconds it is told to come back.</summary>
internal static class StoreDeadline
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    /// <summary>For ten thousand jobs at once, which a busy store may take seconds to write.</summary>
    private static readonly TimeSpan Bulk = TimeSpan.FromSeconds(20);

    public static Task<T> InTime<T>(this Task<T> call) => WithinAsync(call, Usual);

    public static Task InTime(this Task call) => WithinAsync(AsTask(call), Usual);

    public static Task<T> InBulkTime<T>(this Task<T> call) => WithinAsync(call, Bulk);

    private static async Task<T> WithinAsync<T>(Task<T> call, TimeSpan limit)
    {
        try
        {
            return await call.WaitAsync(limit);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            throw new StorageTooSlowException();
        }
    }

    private static async Task<bool> AsTask(Task call)
    {
        await call;
        return true;
    }
}
