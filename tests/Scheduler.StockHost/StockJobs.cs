using System.Collections.Concurrent;
using Hangfire;

namespace Scheduler.StockHost;

/// <summary>Jobs that the stock package writes, and that either kind of server runs.</summary>
public class StockJobs
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Notes = new();

    /// <summary>True in the process of the stock server: there <see cref="Hang"/> does not return.</summary>
    public static bool IsStockServer { get; set; }

    public static IReadOnlyList<string> NotesOf(string token) => [.. Notes.GetOrAdd(token, _ => [])];

    public int Send(string token, int number)
    {
        Notes.GetOrAdd(token, _ => []).Enqueue($"send {number}");
        return number * 2;
    }

    [Queue("critical")]
    public int Critical(string token, int number) => Send(token, number);

    [AutomaticRetry(Attempts = 0)]
    public void Fail(string token)
    {
        if (IsStockServer)
            throw new InvalidOperationException("no luck " + token);
        Send(token, 0);
    }

    public void Hang(string token)
    {
        if (IsStockServer)
        {
            Console.WriteLine("hanging");
            using var never = new ManualResetEventSlim();
            never.Wait();
        }
        Send(token, 0);
    }
}
