using System.Globalization;

namespace Scheduler.Jobs.Events;

/// <summary><c>epoch-sequence</c>: the sequence grows by one per event; another epoch means that the log began anew.</summary>
internal readonly record struct EventId(long Epoch, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Sequence}");

    /// <summary>Strict: two runs of digits and one hyphen, as <see cref="ToString"/> writes them.</summary>
    public static bool TryParse(string? text, out EventId id)
    {
        id = default;
        var hyphen = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (hyphen < 0 || !TryNumber(text.AsSpan(0, hyphen), out var epoch) || !TryNumber(text.AsSpan(hyphen + 1), out var sequence))
            return false;
        id = new EventId(epoch, sequence);
        return true;
    }

    // Lua counts in doubles: a number beyond 2^53 was never given out and could not be compared there.
    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 1L << 53;
}
