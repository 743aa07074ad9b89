using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.Jobs.Isolation;

/// <summary>What a worker and a child process say to each other, one frame each; <see cref="ChildMessageFormat"/> says how it is written.</summary>
internal abstract record ChildMessage
{
    /// <summary>To the child: run this attempt. It sends one <see cref="Result"/> or <see cref="Error"/>.</summary>
    public sealed record Run(
        string Id, string Type, string Queue, string Args, int Attempt, int MaxAttempts, long FencingToken, DateTimeOffset? ScheduledFor,
        string? ResumeFrom) : ChildMessage;

    /// <summary>To the child: fire the attempt's token.</summary>
    public sealed record Cancel : ChildMessage;

    /// <summary>The child knows its job types and waits.</summary>
    public sealed record Hello : ChildMessage;

    /// <summary>The child's thread pool still works. Once a second.</summary>
    public sealed record Heartbeat : ChildMessage;

    /// <summary>How far the attempt is.</summary>
    public sealed record Progress(double Percent, string? Message) : ChildMessage;

    /// <summary>The handler called <c>Heartbeat</c>.</summary>
    public sealed record Beat : ChildMessage;

    /// <summary>The handler wants this kept; it waits for a <see cref="CheckpointAnswer"/>.</summary>
    public sealed record Checkpoint(int Number, string Json) : ChildMessage;

    /// <summary>To the child: the checkpoint is kept, or <c>Refusal</c> says why not.</summary>
    public sealed record CheckpointAnswer(int Number, string? Refusal) : ChildMessage;

    /// <summary>A line of any logger in the child.</summary>
    public sealed record Log(LogLevel Level, string Message) : ChildMessage;

    /// <summary>The attempt succeeded.</summary>
    public sealed record Result(string? Json) : ChildMessage;

    /// <summary>The attempt threw. <c>Details</c> is the exception with its stack trace.</summary>
    public sealed record Error(HandlerFailure Failure, string Details) : ChildMessage;
}
