using System.Xml;
using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Isolation;

namespace Scheduler.Jobs.Dispatching;

/// <summary>What a failed attempt says about itself.</summary>
internal static class JobErrors
{
    /// <summary>Longer messages are cut: they are stored with the job and sent with its event.</summary>
    public const int MaxMessageLength = 2000;

    public const string ExceptionType = "exception";

    private const string TimeoutType = "timeout";

    /// <summary>A handler's own time limit counts as one, whichever way it was set.</summary>
    public static string TypeOf(Exception exception) => exception is TimeoutException ? TimeoutType : ExceptionType;

    public static JobError Timeout(TimeSpan limit, int attempt) =>
        new(TimeoutType, $"The attempt ran longer than its time limit of {XmlConvert.ToString(limit)}.", attempt);

    /// <summary>One death of the child process that ran the attempt.</summary>
    public static JobError ChildDied(ChildDeath death, int attempt) => new("child_died", death.ToString(), attempt, death);

    /// <summary>One death too many.</summary>
    public static JobError Poison(ChildDeath death, int attempt) =>
        new("poison_job", $"Three child processes died while this job ran; it is quarantined. Mend its handler, then requeue it. The last time: {death}", attempt, death);

    public static JobError Silence(TimeSpan longest, int attempt) =>
        new("heartbeat_timeout", $"The handler sent no heartbeat for {XmlConvert.ToString(longest)}.", attempt);

    public static JobError ResourceLost(int attempt) =>
        new("resource_lost", "The resource that only one job may hold was lost while the job ran.", attempt);

    /// <summary>The error of the last attempt, with why there is no other.</summary>
    public static JobError TooOld(JobError last, TimeSpan? limit) => last with
    {
        Message = $"{last.Message} It is not tried again: it would be older than its {XmlConvert.ToString(limit ?? TimeSpan.Zero)}.",
    };

    public static JobError UnknownType(string type, int attempt) =>
        new("unknown_job_type", $"This worker has no handler for '{type}'.", attempt);

    /// <summary>The exception's short name and message, without a stack trace.</summary>
    public static string Describe(Exception exception)
    {
        var name = exception.GetType().Name;
        var generic = name.IndexOf('`', StringComparison.Ordinal);
        var text = $"{(generic < 0 ? name : name[..generic])}: {exception.Message}";
        return text.Length <= MaxMessageLength ? text : text[..CutAt(text)];
    }

    // Not between the two halves of a character outside the basic plane: half of one is not valid in JSON.
    private static int CutAt(string text) =>
        char.IsHighSurrogate(text[MaxMessageLength - 1]) ? MaxMessageLength - 1 : MaxMessageLength;
}
