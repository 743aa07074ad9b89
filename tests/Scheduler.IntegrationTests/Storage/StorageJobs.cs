using System.Collections.Concurrent;
using System.Globalization;
using Hangfire;
using Hangfire.Server;

namespace Scheduler.IntegrationTests.Storage;

/// <summary>Expression jobs of the tests. Each test passes a token of its own under which it finds what happened.</summary>
public class StorageJobs
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Notes = new();

    public static IReadOnlyList<string> NotesOf(string token) => [.. Notes.GetOrAdd(token, _ => [])];

    public static void Note(string token, string text) => Notes.GetOrAdd(token, _ => []).Enqueue(text);

    public void Send(string token, int number) => Note(token, $"send {number}");

    public int Add(int a, int b) => a + b;

    public async Task<string> GreetAsync(string token, CancellationToken cancellationToken)
    {
        await Task.Delay(5, cancellationToken);
        Note(token, "greeted");
        return "hello " + token.Length;
    }

    public void Tell(string token, PerformContext context) => Note(token, $"{context.BackgroundJob.Id} on {context.ServerId}");

    public void Culture(string token) => Note(token, CultureInfo.CurrentCulture.Name);

    public void Thread(string token) => Note(token, System.Threading.Thread.CurrentThread.IsThreadPoolThread ? "pool" : "own");

    [AutomaticRetry(Attempts = 0)]
    public void FailAtOnce(string token) => throw new InvalidOperationException("no luck " + token);

    [AutomaticRetry(Attempts = 2, DelaysInSeconds = [0])]
    public void FailTwice(string token)
    {
        Note(token, "try");
        if (NotesOf(token).Count < 3)
            throw new InvalidOperationException("not yet");
    }

    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [3600])]
    public void FailForLong(string token) => throw new InvalidOperationException("later " + token);

    [Queue("critical")]
    public void Critical(string token) => Note(token, "critical");

    [DisableConcurrentExecution(60)]
    public void Alone(string token)
    {
        Note(token, "in");
        System.Threading.Thread.SpinWait(2_000_000);
        Note(token, "out");
    }

    [NotingFilter]
    public void Filtered(string token) => Note(token, "run");

    [ForgivingFilter]
    public void Forgiven(string token) => throw new InvalidOperationException("no luck");

    [AutomaticRetry(Attempts = 0)]
    [SeeingFilter]
    public void Unforgiven(string token) => throw new InvalidOperationException("no luck");

    [Queue("critical")]
    public void CriticalCulture(string token) => Culture(token);

    [CancelingFilter]
    public void Canceled(string token) => Note(token, "run");

    [ToDeletedFilter]
    public void Rerouted(string token) => Note(token, "run");

    public void WaitForCancel(string token, CancellationToken cancellationToken)
    {
        Note(token, "started");
        cancellationToken.WaitHandle.WaitOne();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
