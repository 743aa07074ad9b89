using System.Collections.Frozen;
using System.Text;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Fields of a job's hash. All others are Hangfire job parameters.</summary>
internal static class JobFields
{
    public const string State = "State";
    public const string Queue = "Queue";
    public const string History = "History";

    /// <summary>The last start: instant (ms) and worker.</summary>
    public const string Start = "Start";

    /// <summary>Instant (ms) of an end that has no more to tell.</summary>
    public const string End = "End";

    /// <summary>What the job does, see <see cref="JobCall"/>; its further pieces are <c>Call1</c> to <c>Call15</c>.</summary>
    public const string Call = "Call";

    /// <summary>How the stock package writes what a job does: this and the next four.</summary>
    public const string CreatedAt = "CreatedAt";
    public const string Type = "Type";
    public const string Method = "Method";
    public const string ParameterTypes = "ParameterTypes";
    public const string Arguments = "Arguments";

    public const string Attempt = "Attempt";
    public const string MaxAttempts = "MaxAttempts";
    public const string Timeout = "Timeout";
    public const string Tags = "Tags";
    public const string RunAt = "RunAt";
    /// <summary>Instant (ms) at which the job is deleted if it has not started.</summary>
    public const string ExpiresAt = "ExpiresAt";
    public const string Fence = "Fence";
    public const string Lost = "Lost";

    /// <summary>The fencing tokens of the claims that <see cref="Lost"/> counts, a space between.</summary>
    public const string LostUnder = "LostUnder";
    public const string Crashes = "Crashes";
    public const string Checkpoint = "Checkpoint";
    public const string Retry = "Retry";
    public const string HeartbeatTimeout = "HeartbeatTimeout";
    public const string Result = "Result";
    public const string Error = "Error";

    /// <summary>Fingerprint of the dead-letter group; of failed jobs only.</summary>
    public const string Print = "Print";
    public const string Progress = "Progress";
    public const string RecurringId = "RecurringId";
    public const string ScheduledFor = "ScheduledFor";
    /// <summary>Instant (ms) at which a job of a stock Hangfire client came into our index.</summary>
    public const string TakenOver = "TakenOver";
    public const string LogBytes = "LogBytes";
    public const string LogTruncated = "LogTruncated";

    private const string ParameterPrefix = "param:";

    private static readonly string[] Pieces = [Call, .. Enumerable.Range(1, JobCall.MaxPieces - 1).Select(i => Call + i)];

    private static readonly FrozenSet<string> Own = FrozenSet.Create(
        [.. Pieces, State, Queue, History, Start, End, CreatedAt, Type, Method, ParameterTypes, Arguments, Attempt, MaxAttempts, Timeout,
        Tags, RunAt, ExpiresAt, Fence, Lost, LostUnder, Crashes, Checkpoint, Retry, HeartbeatTimeout, Result, Error, Print, Progress, RecurringId, ScheduledFor, TakenOver, LogBytes, LogTruncated, "Fetched", "Checked"]);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> OwnByCharacters = Own.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool IsOwn(string field) => Own.Contains(field);

    /// <summary>The field's name as text: for our own fields the constant, without a new string.</summary>
    public static string NameOf(RedisValue field)
    {
        var bytes = (ReadOnlyMemory<byte>)field;
        Span<char> characters = stackalloc char[32];
        return bytes.Length <= characters.Length
            && Encoding.UTF8.TryGetChars(bytes.Span, characters, out var count)
            && OwnByCharacters.TryGetValue(characters[..count], out var known) ? known : field.ToString();
    }

    /// <summary>Name of a piece of the call, from 0.</summary>
    public static string Piece(int index) => Pieces[index];

    /// <summary>-1 for any other field.</summary>
    public static int IndexOfPiece(string field) => field.StartsWith(Call, StringComparison.Ordinal) ? Array.IndexOf(Pieces, field) : -1;

    /// <summary>Where a Hangfire job parameter is stored: under its own name, unless that is one of ours.</summary>
    public static string OfParameter(string name) => IsOwn(name) ? ParameterPrefix + name : name;

    public static string ParameterName(string field) =>
        field.StartsWith(ParameterPrefix, StringComparison.Ordinal) ? field[ParameterPrefix.Length..] : field;
}
