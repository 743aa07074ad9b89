using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Isolation;

/// <summary>The child processes that run <c>[Isolated]</c> job types. Section <c>Scheduler:Isolation</c>.</summary>
public sealed class IsolationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Isolation";

    /// <summary>Children that stand ready beyond those that run a job, 0 to <see cref="Max"/>. None is started where no job type is isolated. Default: 1.</summary>
    [Range(0, 1000, ErrorMessage = "Scheduler:Isolation:MinIdle must be between 0 and 1000.")]
    public int MinIdle { get; set; } = 1;

    /// <summary>Children at a time, and so isolated jobs at a time; more wait in their queue. Default: 2 for each core.</summary>
    [Range(1, 1000, ErrorMessage = "Scheduler:Isolation:Max must be between 1 and 1000.")]
    public int Max { get; set; } = 2 * Environment.ProcessorCount;

    /// <summary>Memory that one child and all it started may use, in megabytes; over it all of them are killed. Default: 512.</summary>
    [Range(64, 1_048_576, ErrorMessage = "Scheduler:Isolation:MemoryLimitMegabytes must be between 64 and 1048576.")]
    public int MemoryLimitMegabytes { get; set; } = 512;

    /// <summary>A child that uses more than this when its job has ended is replaced, in megabytes. Default: 256.</summary>
    [Range(1, 1_048_576, ErrorMessage = "Scheduler:Isolation:RecycleAboveMegabytes must be between 1 and 1048576.")]
    public int RecycleAboveMegabytes { get; set; } = 256;

    /// <summary>Jobs that one child runs before it is replaced. Default: 1,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Scheduler:Isolation:MaxJobsPerChild must be between 1 and 1000000.")]
    public int MaxJobsPerChild { get; set; } = 1000;

    /// <summary>
    /// Share of the CPU where it is contended, 1 to 100, in percent of an equal share with the worker: its other jobs,
    /// renewals and heartbeats come first. 1 = only while nothing else wants it (Linux): a loop then costs others nearly nothing,
    /// and on a processor that is always busy isolated jobs hardly get on. Default: 25.
    /// </summary>
    [Range(1, 100, ErrorMessage = "Scheduler:Isolation:CpuWeight must be between 1 and 100.")]
    public int CpuWeight { get; set; } = 25;

    /// <summary>After its token has fired (time limit, cancel) a handler has this long to end; then its child is killed. Default: 5 seconds.</summary>
    public TimeSpan HardKillAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A child that has run nothing for this long, beyond <see cref="MinIdle"/>, is ended. Default: 1 minute.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A child that does not report within this time of its start is given up. Default: 30 seconds.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Program started as child, an executable or a .dll: it must set up the same job types. Default (empty): the worker's own program.
    /// </summary>
    public string? Program { get; set; }
}

/// <summary>Ranges of time spans and relations between the settings.</summary>
internal sealed class IsolationOptionsValidator : IValidateOptions<IsolationOptions>
{
    private const string Section = IsolationOptions.Section;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, IsolationOptions options)
    {
        string?[] problems =
        [
            Between("HardKillAfter", options.HardKillAfter, TimeSpan.FromMilliseconds(100)),
            Between("IdleTimeout", options.IdleTimeout, TimeSpan.FromSeconds(1)),
            Between("StartTimeout", options.StartTimeout, TimeSpan.FromSeconds(1)),
            options.MinIdle <= options.Max ? null : $"{Section}:MinIdle ({options.MinIdle}) must not be more than {Section}:Max ({options.Max}).",
            options.RecycleAboveMegabytes <= options.MemoryLimitMegabytes ? null
                : $"{Section}:RecycleAboveMegabytes ({options.RecycleAboveMegabytes}) must not be more than {Section}:MemoryLimitMegabytes ({options.MemoryLimitMegabytes}).",
            options.Program is not { Length: > 0 } program || File.Exists(program) ? null
                : $"{Section}:Program is '{program}', which is not a file; name the executable or .dll to start as child, or leave it empty.",
        ];
        return problems.OfType<string>().ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;
    }

    private static string? Between(string key, TimeSpan value, TimeSpan least) =>
        value >= least && value <= Day ? null : $"{Section}:{key} is {value:c}, but must be between {least:c} and {Day:c}.";
}
