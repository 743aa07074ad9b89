using System.Globalization;

namespace Scheduler.IntegrationTests.Crash;

/// <summary>Where the commands of a redis-server's append-only file end.</summary>
internal static class AppendOnlyFile
{
    /// <summary>Offsets at which a crash may have left the file: behind each command, in order.</summary>
    public static IReadOnlyList<int> Boundaries(ReadOnlySpan<byte> file)
    {
        var ends = new List<int>();
        for (var at = 0; at < file.Length;)
        {
            at = SkipCommand(file, at);
            ends.Add(at);
        }
        return ends;
    }

    // *<parts>\r\n and then $<length>\r\n<bytes>\r\n for each; lines that start with # are notes of the server's own.
    private static int SkipCommand(ReadOnlySpan<byte> file, int at)
    {
        if (file[at] == '#')
            return EndOfLine(file, at);
        var parts = Number(file, at, '*');
        at = EndOfLine(file, at);
        for (var i = 0; i < parts; i++)
            at = EndOfLine(file, at) + Number(file, at, '$') + 2;
        return at;
    }

    private static int Number(ReadOnlySpan<byte> file, int at, char kind)
    {
        if (file[at] != kind)
            throw new FormatException($"Expected {kind} at offset {at} of the append-only file.");
        return int.Parse(file[(at + 1)..(EndOfLine(file, at) - 2)], CultureInfo.InvariantCulture);
    }

    private static int EndOfLine(ReadOnlySpan<byte> file, int at) => at + file[at..].IndexOf((byte)'\n') + 1;
}
