using System.Text;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// What a child writes to its standard output and error, cut into lines: each is handed on, and the last are kept as evidence
/// for the day the child dies. Reads on a thread of its own.
/// </summary>
internal sealed class ChildOutput(Stream stream, Action<string> line)
{
    /// <summary>Written by the child after each attempt.</summary>
    public static ReadOnlySpan<byte> EndMark => "\0end\n"u8;

    private const int MaxLine = 4_000;
    private const int KeptLines = 40;
    private const int KeptCharacters = 4_000;

    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private readonly List<byte> current = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int keptCharacters;
    private TaskCompletionSource endOfAttempt = NewSource();

    /// <summary>Done when the pipe is closed.</summary>
    public Task Ended => ended.Task;

    /// <summary>Done when everything that the running attempt wrote has been handed on.</summary>
    public Task EndOfAttempt
    {
        get
        {
            lock (gate)
                return endOfAttempt.Task;
        }
    }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (gate)
                return [.. last];
        }
    }

    /// <summary>From here on, what comes is of a new attempt.</summary>
    public void BeginAttempt()
    {
        lock (gate)
        {
            last.Clear();
            keptCharacters = 0;
            endOfAttempt = NewSource();
        }
    }

    public void Read()
    {
        var buffer = new byte[8 * 1024];
        try
        {
            while (stream.Read(buffer) is var length and > 0)
            {
                foreach (var one in buffer.AsSpan(0, length))
                    Take(one);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe broke with its process: what was read counts.
        }

        EndLine();
        ended.TrySetResult();
        lock (gate)
            endOfAttempt.TrySetResult();
    }

    private void Take(byte one)
    {
        if (one == '\n')
            EndLine();
        else if (one == 0 || current.Count == MaxLine)
        {
            EndLine();
            current.Add(one);
        }
        else
            current.Add(one);
    }

    private void EndLine()
    {
        if (current.Count == 0)
            return;
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(current);
        if (bytes.SequenceEqual(EndMark[..^1]))
        {
            lock (gate)
                endOfAttempt.TrySetResult();
        }
        else
            HandOn(Encoding.UTF8.GetString(bytes).TrimEnd('\r'));
        current.Clear();
    }

    private void HandOn(string text)
    {
        lock (gate)
        {
            last.Enqueue(text);
            keptCharacters += text.Length;
            while (last.Count > 1 && (last.Count > KeptLines || keptCharacters > KeptCharacters))
                keptCharacters -= last.Dequeue().Length;
        }

        line(text);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
