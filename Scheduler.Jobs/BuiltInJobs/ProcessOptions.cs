using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.BuiltInJobs;

/// <summary>The executables that <c>process.run</c> may start. Section <c>Scheduler:Process</c>.</summary>
public sealed class ProcessOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scheduler:Process";

    /// <summary>Path of an executable by the name under which jobs ask for it. Default: none, so nothing can be run.</summary>
    public Dictionary<string, string> Commands { get; set; } = [];

    /// <summary>Memory that one command and all it starts may use, in megabytes; over it all of them are killed. Default: 0, no limit.</summary>
    [Range(0, 1_048_576, ErrorMessage = "Scheduler:Process:MemoryLimitMegabytes must be between 0 (no limit) and 1048576.")]
    public int MemoryLimitMegabytes { get; set; }
}

/// <summary>A path must say which file is meant, whatever the working directory and <c>PATH</c> are.</summary>
internal sealed class ProcessOptionsValidator : IValidateOptions<ProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, ProcessOptions options)
    {
        var problems = options.Commands
            .Where(c => !Path.IsPathFullyQualified(c.Value ?? ""))
            .Select(c => $"{ProcessOptions.Section}:Commands:{c.Key} must be the absolute path of an executable, for example /usr/bin/{c.Key}; it is '{c.Value}'.")
            .ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

/// <summary>For a process that runs jobs: the files must be there, or a job would find out days later.</summary>
internal sealed class ProcessFilesValidator : IValidateOptions<ProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, ProcessOptions options)
    {
        var problems = options.Commands
            .Where(c => Path.IsPathFullyQualified(c.Value ?? "") && !File.Exists(c.Value))
            .Select(c => $"{ProcessOptions.Section}:Commands:{c.Key} is '{c.Value}', but there is no such file on this machine; correct the path, or leave the command out here.")
            .ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
