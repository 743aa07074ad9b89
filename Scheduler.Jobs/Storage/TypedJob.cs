using System.Reflection;
using Hangfire.Common;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// How Hangfire's client, filters and dashboard see a typed job: a call of <see cref="Run"/> with its job type and its arguments.
/// Hangfire's own servers never run it; the scheduler's workers do, by the job type.
/// </summary>
public sealed class TypedJob
{
    private static readonly MethodInfo RunMethod = typeof(TypedJob).GetMethod(nameof(Run))!;

    /// <summary>Stands for the job in Hangfire's expressions.</summary>
    /// <param name="type">The job type's name, for example <c>http.request</c>.</param>
    /// <param name="args">Its arguments as JSON.</param>
    /// <exception cref="NotSupportedException">Always: typed jobs are run by a scheduler worker.</exception>
    public static void Run(string type, string args) =>
        throw new NotSupportedException($"The job type {type} is run by a scheduler worker, not by a Hangfire server ({args.Length} characters of arguments).");

    internal static Job ToJob(string type, string args, string? queue) => new(typeof(TypedJob), RunMethod, [type, args], queue);

    /// <summary>The job type and the arguments where the Hangfire job stands for a typed one.</summary>
    internal static (string Type, string Args)? From(Job job) =>
        job.Type == typeof(TypedJob) && job.Args is [string type, string args] ? (type, args) : null;
}
