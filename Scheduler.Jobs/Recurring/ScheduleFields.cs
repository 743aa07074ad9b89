using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Jobs.Recurring;

/// <summary>Fields of a schedule's hash. The first are Hangfire's, so that its client and dashboard read and write the same schedules.</summary>
internal static class ScheduleFields
{
    public const string Cron = "Cron";
    public const string TimeZoneId = "TimeZoneId";
    public const string Queue = "Queue";
    public const string Job = "Job";
    public const string CreatedAt = "CreatedAt";
    public const string LastExecution = "LastExecution";
    public const string LastJobId = "LastJobId";
    public const string Misfire = "Misfire";
    public const string Version = "V";
    public const string Error = "Error";
    public const string RetryAttempt = "RetryAttempt";
    public const string NextExecution = "NextExecution";

    /// <summary>What was put over the API, as JSON; absent where a Hangfire client made the schedule.</summary>
    public const string Definition = "Definition";

    /// <summary>Grows with every put; the <c>ETag</c>.</summary>
    public const string Revision = "Revision";

    /// <summary>Fingerprint of Hangfire's four fields as we wrote them: another one means that a Hangfire client took the schedule over.</summary>
    public const string Face = "Face";

    /// <summary>The next instant in ms: what counts. The index's score and <c>NextExecution</c> follow it.</summary>
    public const string NextAt = "NextAt";

    /// <summary>As <see cref="SchedulePause.ToJson"/> writes it.</summary>
    public const string Paused = "Paused";

    /// <summary>Jobs made by instants so far.</summary>
    public const string Runs = "Runs";

    /// <summary>Names of the calendars, separated by spaces.</summary>
    public const string Calendars = "Calendars";

    /// <summary>Failures in a row after which the schedule is paused; absent = never.</summary>
    public const string PauseAfter = "PauseAfter";

    /// <summary>Failures in a row so far.</summary>
    public const string Failures = "Failures";

    /// <summary>In ms; absent where nobody waits for successes.</summary>
    public const string MaxSilence = "MaxSilence";

    /// <summary>Ended runs kept for <c>GET .../runs</c>.</summary>
    public const string KeptRuns = "KeptRuns";

    /// <summary>True where the API's definition counts: no Hangfire client has taken the schedule over since.</summary>
    public static bool IsMadeByApi(IReadOnlyDictionary<string, string> fields) =>
        fields.ContainsKey(Definition) && fields.GetValueOrDefault(Face) == FaceOf(fields);

    /// <summary>True for a field that says what a schedule runs or when: a Hangfire client that writes it takes the schedule over.</summary>
    public static bool IsOfFace(string field) => field is Cron or TimeZoneId or Queue or Job;

    public static string FaceOf(IReadOnlyDictionary<string, string> fields)
    {
        var face = string.Join('\n', new[] { Cron, TimeZoneId, Queue, Job }.Select(f => fields.GetValueOrDefault(f, "")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(face)).AsSpan(0, 8));
    }
}
