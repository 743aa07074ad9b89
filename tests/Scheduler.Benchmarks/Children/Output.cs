namespace Scheduler.Benchmarks.Children;

/// <summary>Lines to the harness, apart from whatever the product logs to the console.</summary>
internal static class Output
{
    private static readonly Lock Gate = new();
    private static readonly StreamWriter Writer = new(Console.OpenStandardOutput()) { AutoFlush = true, NewLine = "\n" };

    public static void Write(string line)
    {
        lock (Gate)
            Writer.WriteLine(line);
    }

    /// <summary>READY, then a RESULT for each line of input until it ends.</summary>
    public static async Task AnswerAsync(Func<string[], Task<string>> answer)
    {
        Write("READY");
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
            Write("RESULT " + await answer(line.Split(' ')));
    }
}
