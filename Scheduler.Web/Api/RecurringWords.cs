using System.Collections.Frozen;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Bodies;

namespace Scheduler.Web.Api;

/// <summary>The words of a schedule's choices, for reading and for writing.</summary>
internal static class RecurringWords
{
    public static readonly FrozenDictionary<string, MisfirePolicy> Misfire = new Dictionary<string, MisfirePolicy>
    {
        ["latest"] = MisfirePolicy.Latest,
        ["skip"] = MisfirePolicy.Skip,
        ["all"] = MisfirePolicy.All,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, RunOverlapPolicy> RunOverlap = new Dictionary<string, RunOverlapPolicy>
    {
        ["allow"] = RunOverlapPolicy.Allow,
        ["skip"] = RunOverlapPolicy.Skip,
        ["buffer-one"] = RunOverlapPolicy.BufferOne,
        ["cancel-running"] = RunOverlapPolicy.CancelRunning,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, GapRule> Gap = new Dictionary<string, GapRule>
    {
        ["first-valid"] = GapRule.FirstValid,
        ["skip"] = GapRule.Skip,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, OverlapRule> Overlap = new Dictionary<string, OverlapRule>
    {
        ["once"] = OverlapRule.Once,
        ["twice"] = OverlapRule.Twice,
    }.ToFrozenDictionary();

    public static readonly IReadOnlyDictionary<string, DayOfWeek> Days = new Dictionary<string, DayOfWeek>
    {
        ["MON"] = DayOfWeek.Monday,
        ["TUE"] = DayOfWeek.Tuesday,
        ["WED"] = DayOfWeek.Wednesday,
        ["THU"] = DayOfWeek.Thursday,
        ["FRI"] = DayOfWeek.Friday,
        ["SAT"] = DayOfWeek.Saturday,
        ["SUN"] = DayOfWeek.Sunday,
    };

    /// <summary>The default of <typeparamref name="T"/> where the member is left out.</summary>
    public static T Read<T>(JsonFields fields, string name, FrozenDictionary<string, T> words) where T : struct
    {
        if (fields.Text(name) is not { } word)
            return default;
        if (words.TryGetValue(word, out var value))
            return value;
        fields.Refuse(name, "must be one of " + string.Join(", ", words.Keys.Order(StringComparer.Ordinal)));
        return default;
    }

    public static string Write<T>(T value, IEnumerable<KeyValuePair<string, T>> words) where T : struct =>
        words.First(w => w.Value.Equals(value)).Key;
}
