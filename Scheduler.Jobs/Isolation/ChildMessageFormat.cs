using Microsoft.Extensions.Logging;
using Scheduler.Jobs.Dispatching;

namespace Scheduler.Jobs.Isolation;

/// <summary>
/// A message as bytes: its kind, then its members in order. Both sides are the same program, so there are no versions. Not JSON,
/// because a serialiser that learns these types is a third of what the start of a child costs.
/// </summary>
internal static class ChildMessageFormat
{
    private enum Kind : byte
    {
        Run = 1, Cancel, Hello, Heartbeat, Progress, Beat, Checkpoint, CheckpointAnswer, Log, Result, Error,
    }

    public static void Write(BinaryWriter to, ChildMessage message)
    {
        to.Write((byte)KindOf(message));
        switch (message)
        {
            case ChildMessage.Run run:
                WriteRun(to, run);
                break;
            case ChildMessage.Progress progress:
                to.Write(progress.Percent);
                WriteText(to, progress.Message);
                break;
            case ChildMessage.Checkpoint checkpoint:
                to.Write(checkpoint.Number);
                to.Write(checkpoint.Json);
                break;
            case ChildMessage.CheckpointAnswer answer:
                to.Write(answer.Number);
                WriteText(to, answer.Refusal);
                break;
            case ChildMessage.Log log:
                to.Write((byte)log.Level);
                to.Write(log.Message);
                break;
            case ChildMessage.Result result:
                WriteText(to, result.Json);
                break;
            case ChildMessage.Error error:
                WriteFailure(to, error.Failure);
                to.Write(error.Details);
                break;
        }
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ChildMessage Read(BinaryReader from) => (Kind)from.ReadByte() switch
    {
        Kind.Run => ReadRun(from),
        Kind.Cancel => new ChildMessage.Cancel(),
        Kind.Hello => new ChildMessage.Hello(),
        Kind.Heartbeat => new ChildMessage.Heartbeat(),
        Kind.Progress => new ChildMessage.Progress(from.ReadDouble(), ReadText(from)),
        Kind.Beat => new ChildMessage.Beat(),
        Kind.Checkpoint => new ChildMessage.Checkpoint(from.ReadInt32(), from.ReadString()),
        Kind.CheckpointAnswer => new ChildMessage.CheckpointAnswer(from.ReadInt32(), ReadText(from)),
        Kind.Log => new ChildMessage.Log((LogLevel)from.ReadByte(), from.ReadString()),
        Kind.Result => new ChildMessage.Result(ReadText(from)),
        Kind.Error => new ChildMessage.Error(ReadFailure(from), from.ReadString()),
        var other => throw new InvalidDataException($"There is no message of kind {(byte)other}."),
    };

    private static Kind KindOf(ChildMessage message) => message switch
    {
        ChildMessage.Run => Kind.Run,
        ChildMessage.Cancel => Kind.Cancel,
        ChildMessage.Hello => Kind.Hello,
        ChildMessage.Heartbeat => Kind.Heartbeat,
        ChildMessage.Progress => Kind.Progress,
        ChildMessage.Beat => Kind.Beat,
        ChildMessage.Checkpoint => Kind.Checkpoint,
        ChildMessage.CheckpointAnswer => Kind.CheckpointAnswer,
        ChildMessage.Log => Kind.Log,
        ChildMessage.Result => Kind.Result,
        ChildMessage.Error => Kind.Error,
        _ => throw new NotSupportedException($"{message.GetType().Name} has no format."),
    };

    private static void WriteRun(BinaryWriter to, ChildMessage.Run run)
    {
        to.Write(run.Id);
        to.Write(run.Type);
        to.Write(run.Queue);
        to.Write(run.Args);
        to.Write(run.Attempt);
        to.Write(run.MaxAttempts);
        to.Write(run.FencingToken);
        WriteTicks(to, run.ScheduledFor?.UtcTicks);
        WriteText(to, run.ResumeFrom);
    }

    private static ChildMessage.Run ReadRun(BinaryReader from) => new(
        from.ReadString(), from.ReadString(), from.ReadString(), from.ReadString(), from.ReadInt32(), from.ReadInt32(), from.ReadInt64(),
        ReadTicks(from) is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null, ReadText(from));

    private static void WriteFailure(BinaryWriter to, HandlerFailure failure)
    {
        to.Write((byte)failure.Kind);
        to.Write(failure.Message);
        WriteTicks(to, failure.Delay?.Ticks);
        to.Write(failure.ErrorType);
        WriteText(to, failure.Trace);
    }

    private static HandlerFailure ReadFailure(BinaryReader from) =>
        new((FailureKind)from.ReadByte(), from.ReadString(), ReadTicks(from) is { } delay ? TimeSpan.FromTicks(delay) : null)
        {
            ErrorType = from.ReadString(),
            Trace = ReadText(from),
        };

    private static void WriteText(BinaryWriter to, string? text)
    {
        to.Write(text is not null);
        if (text is not null)
            to.Write(text);
    }

    private static string? ReadText(BinaryReader from) => from.ReadBoolean() ? from.ReadString() : null;

    private static void WriteTicks(BinaryWriter to, long? ticks)
    {
        to.Write(ticks is not null);
        to.Write(ticks ?? 0);
    }

    private static long? ReadTicks(BinaryReader from) => (from.ReadBoolean(), from.ReadInt64()) is (true, var ticks) ? ticks : null;
}
