using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Search;

/// <summary>
/// The filter language: <c>state:failed type:http.request tag:x q:"time out"</c>. Terms are separated by spaces and must all hold; a word
/// without a field counts as <c>q:</c>. Values with spaces, colons or quotes stand in double quotes, within which <c>\</c> escapes.
/// </summary>
internal static partial class FilterText
{
    public const int MaxLength = 2000;
    private const int MaxWords = 8;
    private const int MaxTags = 8;

    private static readonly string[] Fields = ["state", "queue", "type", "tag", "recurringId", "worker", "fingerprint", "createdAfter", "createdBefore", "q"];
    private static readonly Dictionary<string, string> StatesByName = JobStates.All.ToDictionary(s => s.ToLowerInvariant());

    /// <summary>The API's names of the states.</summary>
    public static IReadOnlyCollection<string> StateNames => StatesByName.Keys;

    /// <param name="now">From which durations count back: <c>createdAfter:PT1H</c> is an hour ago.</param>
    /// <param name="problem">What is wrong, to follow "the filter"; null where it can be used.</param>
    public static JobFilter Parse(string text, DateTimeOffset now, out string? problem)
    {
        problem = text.Length > MaxLength ? $"must have at most {MaxLength} characters" : null;
        var filter = JobFilter.Any;
        var given = new HashSet<string>(StringComparer.Ordinal);
        var at = 0;
        foreach (Match term in problem is null ? Term().Matches(text) : Enumerable.Empty<Match>())
        {
            if (text[at..term.Index].Trim().Length > 0)
                break;
            at = term.Index + term.Length;
            var field = Fields.FirstOrDefault(f => f.Equals(term.Groups["field"].Value, StringComparison.OrdinalIgnoreCase));
            if (term.Groups["field"].Success && field is null)
                problem ??= $"names no field '{term.Groups["field"].Value}'; it knows {string.Join(", ", Fields)}, and text with a colon stands in quotes";
            field ??= "q";
            if (!given.Add(field) && field is not ("q" or "tag"))
                problem ??= $"gives {field} twice";
            var fault = problem is null ? Add(ref filter, field, ValueOf(term), now) : null;
            problem ??= fault is null ? null : $"gives a {field} that {fault}";
        }
        if (problem is null && text[at..].Trim().Length > 0)
            problem = $"cannot be read from '{text[at..].Trim()}' on; is a quote missing?";
        return problem is null ? filter : JobFilter.Any;
    }

    /// <summary>Adds one term. Gives what is wrong with the value, to follow its name, or null.</summary>
    public static string? Add(ref JobFilter filter, string field, string value, DateTimeOffset now)
    {
        string? fault = null;
        filter = field switch
        {
            "state" => filter with { State = StatesByName.GetValueOrDefault(value) ?? Refuse("must be one of " + string.Join(", ", StatesByName.Keys)) },
            "queue" => filter with { Queue = Checked(Names.IsQueue(value), Names.QueueRule) },
            "type" => filter with { Type = Checked(value.Length is > 0 and <= 256, "must be 1 to 256 characters") },
            "tag" => filter with { Tags = [.. filter.Tags, Checked(Names.IsTag(value) && filter.Tags.Count < MaxTags, Names.TagRule + $", and at most {MaxTags} of them") ?? ""] },
            "recurringId" => filter with { RecurringId = Checked(Names.IsScheduleId(value), Names.ScheduleIdRule) },
            "worker" => filter with { Worker = Checked(value.Length is > 0 and <= 256, "must be 1 to 256 characters") },
            "fingerprint" => filter with { Fingerprint = Checked(Print().IsMatch(value), "must be 16 of 0-9 and a-f") },
            "createdAfter" => filter with { CreatedAfter = Instant() },
            "createdBefore" => filter with { CreatedBefore = Instant() },
            _ => filter with { Words = [.. filter.Words, Checked(value.Length is > 0 and <= 256 && filter.Words.Count < MaxWords, $"must be 1 to 256 characters, and at most {MaxWords} of them") ?? ""] },
        };
        return fault;

        string? Refuse(string rule)
        {
            fault = rule;
            return null;
        }

        string? Checked(bool isValid, string rule) => isValid ? value : Refuse(rule);

        DateTimeOffset? Instant()
        {
            if (IsoDuration.TryParse(value, out var ago))
                return now - ago;
            if (Moment().IsMatch(value) && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
                return instant;
            Refuse("must be an ISO 8601 instant with Z or an offset, a date, or a duration ago such as PT1H");
            return null;
        }
    }

    /// <summary>The filter as text that <see cref="Parse"/> reads; instants are absolute.</summary>
    public static string Write(JobFilter filter)
    {
        var text = new StringBuilder();
        Term("state", filter.State?.ToLowerInvariant());
        Term("queue", filter.Queue);
        Term("type", filter.Type);
        foreach (var tag in filter.Tags)
            Term("tag", tag);
        Term("recurringId", filter.RecurringId);
        Term("worker", filter.Worker);
        Term("fingerprint", filter.Fingerprint);
        Term("createdAfter", Text(filter.CreatedAfter));
        Term("createdBefore", Text(filter.CreatedBefore));
        foreach (var word in filter.Words)
            Term("q", word);
        return text.ToString();

        void Term(string field, string? value)
        {
            if (value is null)
                return;
            text.Append(text.Length > 0 ? " " : "").Append(field).Append(':');
            text.Append(Plain().IsMatch(value) ? value : "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"");
        }
    }

    private static string? Text(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string ValueOf(Match term) =>
        term.Groups["quoted"] is { Success: true } quoted ? Escape().Replace(quoted.Value, "$1") : term.Groups["plain"].Value;

    [GeneratedRegex("""(?<=^|\s)(?:(?<field>[A-Za-z]+):)?(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s"]+))(?=\s|$)""", RegexOptions.Singleline)]
    private static partial Regex Term();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline)]
    private static partial Regex Escape();

    [GeneratedRegex(@"^[^\s""\\]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[0-9a-f]{16}\z")]
    private static partial Regex Print();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?\z")]
    private static partial Regex Moment();
}
