using System.Text.Json;
using System.Text.Json.Nodes;
using Scheduler.Jobs.Engine;

namespace Scheduler.Jobs.Contracts;

/// <summary>All that is known of a job type: its attributes are read at registration, the types of its arguments and result at the first use.</summary>
public sealed class JobTypeDescriptor
{
    /// <summary>The name callers use.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>The queue where the caller names none.</summary>
    public required string Queue { get; init; }

    /// <summary>Attempts in all where the caller names no number; null = <c>Scheduler:Retry:MaxAttempts</c>.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>When failed attempts are tried again; null = as configured.</summary>
    internal RetryRules? Retry { get; init; }

    /// <summary>What single kinds of exceptions mean.</summary>
    internal ExceptionRules OnException { get; init; } = ExceptionRules.None;

    /// <summary>The longest one attempt may take where the caller names no time; null = no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The longest silence of a handler that sends heartbeats, where the caller names none; null = as configured.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>Runs on the bounded dedicated threads.</summary>
    public bool CpuBound { get; init; }

    /// <summary>At most one at a time per resource; null = no limit.</summary>
    public ExclusiveAttribute? Exclusive { get; init; }

    /// <summary>Runs in a child process; null = in the worker itself.</summary>
    public IsolatedAttribute? Isolated { get; init; }

    /// <summary>The class that runs it.</summary>
    public required Type HandlerType { get; init; }

    /// <summary>JSON Schema of the arguments.</summary>
    public JsonNode ArgsSchema => Schema.Value;

    /// <summary>Checks arguments: JSON pointers (below the arguments) to messages; empty = valid.</summary>
    public required Func<JsonElement, IReadOnlyDictionary<string, string[]>> Validate { get; init; }

    /// <summary>Resolves the handler from the scope, reads the arguments, runs one attempt, and gives the result as JSON (null = none).</summary>
    public required Func<IServiceProvider, string, JobContext, CancellationToken, Task<string?>> RunAsync { get; init; }

    /// <summary>Reads the types of the arguments and the result now; throws where the job type cannot be run.</summary>
    internal Action Prepare { get; init; } = static () => { };

    /// <summary>Behind <see cref="ArgsSchema"/>: a child process never needs it.</summary>
    internal Lazy<JsonNode> Schema { get; init; } = new(static () => new JsonObject { ["type"] = "object" });
}
