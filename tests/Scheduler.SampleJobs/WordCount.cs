namespace Scheduler.SampleJobs;

/// <summary>Words as <c>wc -w</c> counts them in the C locale: runs of bytes other than white space.</summary>
internal static class WordCount
{
    public static long Of(ReadOnlySpan<byte> text)
    {
        long words = 0;
        var inWord = false;
        foreach (var b in text)
        {
            var isSpace = b is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
            words += !isSpace && !inWord ? 1 : 0;
            inWord = !isSpace;
        }

        return words;
    }
}
