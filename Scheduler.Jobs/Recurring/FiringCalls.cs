using Scheduler.Jobs.Engine;
using Scheduler.Jobs.Sealing;
using StackExchange.Redis;

namespace Scheduler.Jobs.Recurring;

/// <summary>The arguments of one call of <c>fire_schedules.lua</c>.</summary>
/// <param name="Places">Which firings it carries, in the order of its reply.</param>
internal readonly record struct FiringCall(RedisValue[] Arguments, int[] Places);

/// <summary>
/// Firings as calls of the script, ready to be sent: made before their instant comes. Schedules whose jobs differ in nothing but id,
/// schedule, instant and arguments stand together, so that what they share is written once.
/// </summary>
internal sealed class FiringCalls
{
    /// <summary>The most schedules, and the most jobs, in one script.</summary>
    private const int MaxBatch = 200;

    private FiringCalls(IReadOnlyList<Firing> firings, IReadOnlyList<FiringCall> calls) => (Firings, Calls) = (firings, calls);

    public IReadOnlyList<Firing> Firings { get; }
    public IReadOnlyList<FiringCall> Calls { get; }

    public static FiringCalls Of(IReadOnlyList<Firing> firings, ArgsSeal? seal)
    {
        List<FiringCall> calls = [];
        Shape[] shapes = [.. firings.Select(Shape.Of)];
        int[] order = [.. Enumerable.Range(0, firings.Count).OrderBy(i => shapes[i].Text, StringComparer.Ordinal)];
        for (var start = 0; start < order.Length;)
        {
            var count = CountThatFits(firings, order, start);
            var places = order.AsSpan(start, count).ToArray();
            calls.Add(new FiringCall(ArgumentsOf(firings, shapes, places, seal), places));
            start += count;
        }
        return new FiringCalls(firings, calls);
    }

    private static int CountThatFits(IReadOnlyList<Firing> firings, int[] order, int start)
    {
        int count = 0, jobs = 0;
        while (start + count < order.Length && count < MaxBatch && (count == 0 || jobs + firings[order[start + count]].Jobs.Count <= MaxBatch))
            jobs += firings[order[start + count++]].Jobs.Count;
        return count;
    }

    private static RedisValue[] ArgumentsOf(IReadOnlyList<Firing> firings, Shape[] shapeOf, int[] places, ArgsSeal? seal)
    {
        List<RedisValue> arguments = [0];
        var shapes = 0;
        for (var from = 0; from < places.Length; shapes++)
        {
            var shape = shapeOf[places[from]];
            var to = from + 1;
            while (to < places.Length && shapeOf[places[to]].Text == shape.Text)
                to++;
            arguments.AddRange(shape.Arguments);
            arguments.Add(to - from);
            for (; from < to; from++)
            {
                if (shape.IsPlain)
                    AppendPlain(arguments, firings[places[from]], seal);
                else
                    Append(arguments, firings[places[from]], seal);
            }
        }
        arguments[0] = shapes;
        return [.. arguments];
    }

    private static void AppendPlain(List<RedisValue> arguments, Firing firing, ArgsSeal? seal)
    {
        arguments.Add(firing.Id);
        arguments.Add(firing.PlainRevision);
        arguments.Add(firing.Next!.Value.ToUnixTimeMilliseconds());
        arguments.Add(firing.Jobs[0].Id);
        arguments.Add(RestOf(firing.Jobs[0], seal));
    }

    private static void Append(List<RedisValue> arguments, Firing firing, ArgsSeal? seal)
    {
        arguments.Add(firing.Id);
        arguments.Add(firing.Guard);
        arguments.Add(firing.Next?.ToUnixTimeMilliseconds() ?? RedisValue.EmptyString);
        arguments.Add(firing.Error ?? "");
        arguments.Add(firing.Forget ? "f" : firing.PauseIsOver ? "p" : "");
        arguments.Add(firing.Jobs.Count);
        foreach (var job in firing.Jobs)
        {
            arguments.Add(job.ScheduledFor!.Value.ToUnixTimeMilliseconds());
            arguments.Add(job.Id);
            arguments.Add(RestOf(job, seal));
        }
    }

    private static string RestOf(NewJob job, ArgsSeal? seal) => NewJobArguments.RestOf(seal?.Seal(job) ?? job);

    private static string WordOf(RunOverlapPolicy overlap) => overlap switch
    {
        RunOverlapPolicy.Skip => "s",
        RunOverlapPolicy.BufferOne => "b",
        RunOverlapPolicy.CancelRunning => "c",
        _ => "",
    };

    /// <summary>What firings may have in common, as it is sent; the text is equal where all of it is.</summary>
    private readonly record struct Shape(RedisValue[] Arguments, string Text, bool IsPlain)
    {
        public static Shape Of(Firing firing)
        {
            var job = firing.Jobs.Count > 0 ? firing.Jobs[0] : new NewJob { Id = "", Type = "", Args = "", Queue = "default" };
            List<RedisValue> arguments = [];
            NewJobArguments.AppendHead(arguments, job with { RecurringId = null, ScheduledFor = null });
            arguments.Add(WordOf(firing.Overlap));
            var isPlain = firing.PlainRevision is not null;
            arguments.Add(isPlain ? job.ScheduledFor!.Value.ToUnixTimeMilliseconds() : RedisValue.EmptyString);
            return new Shape([.. arguments], string.Join('\n', arguments), isPlain);
        }
    }
}
