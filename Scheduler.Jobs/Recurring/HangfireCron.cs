namespace Scheduler.Jobs.Recurring;

/// <summary>
/// The one cron expression that Hangfire's code computes with and its pages show for a schedule. It knows one cron of 5 or 6
/// fields and nothing else, so other timings get the nearest there is. When the schedule fires, this never decides.
/// </summary>
internal static class HangfireCron
{
    public static string Of(ScheduleTiming timing) =>
        timing.AllCrons.Count > 0 ? WithoutHash(timing.AllCrons[0]) : NotRarerThan(timing.Interval?.Every ?? TimeSpan.Zero);

    // Hangfire's own copy of Cronos is older than the H field.
    private static string WithoutHash(string cron) =>
        string.Join(' ', cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(f => f[0] is 'H' or 'h' ? "*" : f));

    private static string NotRarerThan(TimeSpan interval) =>
        interval >= TimeSpan.FromDays(1) ? "0 0 * * *"
        : interval >= TimeSpan.FromHours(1) ? "0 * * * *"
        : interval >= TimeSpan.FromMinutes(1) ? "* * * * *"
        : "* * * * * *";
}
