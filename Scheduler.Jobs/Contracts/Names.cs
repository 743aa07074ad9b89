using System.Buffers;

namespace Scheduler.Jobs.Contracts;

/// <summary>The alphabets of names. A name outside its alphabet never reaches a key.</summary>
internal static class Names
{
    public const string QueueRule = "must be 1 to 64 of a-z, 0-9, _ and -";
    public const string TagRule = "must be 1 to 64 of A-Z, a-z, 0-9 and . _ : -";
    public const string ScheduleIdRule = "must be 1 to 128 of A-Z, a-z, 0-9 and . _ : -";

    public const string CalendarRule = "must be 1 to 64 of a-z, A-Z, 0-9 and . _ -";

    private static readonly SearchValues<char> QueueCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> IdentifierCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
    private static readonly SearchValues<char> JobIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    public static bool IsQueue(string text) => Fits(text, 64, QueueCharacters);

    public static bool IsTag(string text) => Fits(text, 64, IdentifierCharacters);

    public static bool IsCalendar(string text) => Fits(text, 64, IdentifierCharacters) && !text.Contains(':');

    public static bool IsScheduleId(string text) => Fits(text, 128, IdentifierCharacters);

    /// <summary>Ours, and the GUIDs of a stock Hangfire client. Without <c>:</c>, since job keys have suffixes.</summary>
    public static bool IsJobId(string text) => Fits(text, 64, JobIdCharacters);

    public static bool IsIdentifier(string text) => Fits(text, 256, IdentifierCharacters);

    private static bool Fits(string text, int maxLength, SearchValues<char> alphabet) =>
        text.Length >= 1 && text.Length <= maxLength && !text.AsSpan().ContainsAnyExcept(alphabet);
}
