namespace Scheduler.Web.Auth;

/// <summary>What an API key may do. Each scope is also the name of the authorization policy that asks for it.</summary>
internal static class Scopes
{
    /// <summary>Every GET under <c>/api/v1</c> but events.</summary>
    public const string JobsRead = "jobs:read";

    /// <summary>Enqueue, cancel, requeue.</summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>Changes of schedules, trigger.</summary>
    public const string RecurringWrite = "recurring:write";

    /// <summary>The event stream and the hub.</summary>
    public const string EventsRead = "events:read";

    /// <summary>Queues, workers, dashboard writes, and all of the others.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [JobsRead, JobsWrite, RecurringWrite, EventsRead, Admin];
}
