using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Scheduler.UnitTests.Recurring.Oracle;

/// <summary>
/// A time zone read from its compiled tzdata file (RFC 8536) and nothing else: neither the runtime's time zones nor the engine have a
/// part in it. Times are seconds since 1970.
/// </summary>
internal sealed partial class ZoneFile
{
    private const int LastYear = 2045;

    private readonly List<(long At, int Offset)> changes = [];

    private ZoneFile(string name) => Name = name;

    public string Name { get; }

    /// <summary>Instants at which the offset changes, oldest first.</summary>
    public IReadOnlyList<(long At, int Offset)> Changes => changes;

    public static ZoneFile Read(string name)
    {
        var zone = new ZoneFile(name);
        var bytes = File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("TZDIR") ?? "/usr/share/zoneinfo", name));
        // Behind the first block, which has 32-bit times, comes another with 64-bit ones.
        var second = Header.Read(bytes, 0).End(4);
        var end = zone.AddBlock(bytes, Header.Read(bytes, second));
        zone.AddRule(Encoding.ASCII.GetString(bytes, end, bytes.Length - end).Trim('\n'));
        return zone;
    }

    public int OffsetAt(long utc) => changes[IndexAt(utc)].Offset;

    /// <summary>The newest change at or before this instant.</summary>
    public int IndexAt(long utc)
    {
        int low = 0, high = changes.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (changes[middle].At <= utc)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private void Add(long at, int offset)
    {
        if (changes.Count == 0 || changes[^1].Offset != offset)
            changes.Add((at, offset));
    }

    private int AddBlock(byte[] bytes, Header header)
    {
        var times = header.Start;
        var kinds = times + (header.Times * 8);
        var types = kinds + header.Times;
        int OffsetOf(int type) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(types + (type * 6)));
        Add(long.MinValue, OffsetOf(0));
        for (var i = 0; i < header.Times; i++)
            Add(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(times + (i * 8))), OffsetOf(bytes[kinds + i]));
        return header.End(8);
    }

    /// <summary>The POSIX rule that goes on where the table ends.</summary>
    private void AddRule(string text)
    {
        if (Rule().Match(text) is not { Success: true } rule || !rule.Groups["dst"].Success)
            return;
        var standard = -Clock(rule.Groups["off"].Value);
        var summer = rule.Groups["dstoff"].Success ? -Clock(rule.Groups["dstoff"].Value) : standard + 3600;
        var last = changes[^1].At;
        var year = Math.Max(1970, last == long.MinValue ? 1970 : DateTimeOffset.FromUnixTimeSeconds(last).Year);
        var next = Enumerable.Range(year, LastYear - year).SelectMany(y => new (long At, int Offset)[]
        {
            (Instant(y, rule.Groups["start"].Value) - standard, summer), (Instant(y, rule.Groups["end"].Value) - summer, standard),
        });
        foreach (var (at, offset) in next.Where(c => c.At > last).OrderBy(c => c.At))
            Add(at, offset);
    }

    /// <summary><c>Mm.w.d/time</c> as local seconds since 1970.</summary>
    private static long Instant(int year, string rule)
    {
        var parts = rule.Split('/');
        var numbers = parts[0][1..].Split('.').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        var first = new DateTime(year, numbers[0], 1);
        var day = first.AddDays((numbers[2] - (int)first.DayOfWeek + 7) % 7).AddDays((numbers[1] - 1) * 7);
        if (day.Month != numbers[0])
            day = day.AddDays(-7);
        return ((DateTimeOffset)DateTime.SpecifyKind(day, DateTimeKind.Utc)).ToUnixTimeSeconds() + (parts.Length > 1 ? Clock(parts[1]) : 7200);
    }

    private static int Clock(string text)
    {
        var parts = text.TrimStart('-', '+').Split(':').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        var seconds = (parts[0] * 3600) + (parts.ElementAtOrDefault(1) * 60) + parts.ElementAtOrDefault(2);
        return text[0] == '-' ? -seconds : seconds;
    }

    [GeneratedRegex(@"^(<[^>]+>|[A-Za-z]+)(?<off>[-+]?\d+(:\d+)*)((?<dst><[^>]+>|[A-Za-z]+)(?<dstoff>[-+]?\d+(:\d+)*)?,(?<start>M[^,]+),(?<end>M.+))?$")]
    private static partial Regex Rule();

    /// <param name="Start">Where the times begin.</param>
    private readonly record struct Header(int Start, int UtcFlags, int StandardFlags, int Leaps, int Times, int Types, int Characters)
    {
        public static Header Read(byte[] bytes, int at)
        {
            int Count(int index) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 20 + (index * 4)));
            return new Header(at + 44, Count(0), Count(1), Count(2), Count(3), Count(4), Count(5));
        }

        public int End(int timeSize) =>
            Start + (Times * (timeSize + 1)) + (Types * 6) + Characters + (Leaps * (timeSize + 4)) + StandardFlags + UtcFlags;
    }
}
