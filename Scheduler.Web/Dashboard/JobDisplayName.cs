using Hangfire.Common;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Sealing;
using Scheduler.Jobs.Storage;

namespace Scheduler.Web.Dashboard;

/// <summary>What the dashboard calls a job: its job type and the beginning of its arguments; an expression as Hangfire does.</summary>
internal static class JobDisplayName
{
    private const int ShownOfArgs = 80;

    public static string Of(Job job) => TypedJob.From(job) is { } typed ? NameOf(typed.Type, Redaction.Of(ArgsSeal.Shown(typed.Args))) : job.ToString(includeQueue: false);

    private static string NameOf(string type, string args) => args is "" or "{}" or "null" ? type : $"{type} {Shorten(args)}";

    private static string Shorten(string args)
    {
        if (args.Length <= ShownOfArgs)
            return args;
        // Not between the two halves of a character outside the basic plane.
        var cut = char.IsHighSurrogate(args[ShownOfArgs - 1]) ? ShownOfArgs - 1 : ShownOfArgs;
        return args[..cut] + "…";
    }
}
